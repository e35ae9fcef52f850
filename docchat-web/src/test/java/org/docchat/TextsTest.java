package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Attr;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

@DisplayName("Whatever pages say, they say in every language")
class TextsTest {
    private static final Pattern PLACE = Pattern.compile("\\{\\d}");
    private static final Pattern LETTER = Pattern.compile("\\p{L}");
    private static final Pattern EXPRESSION = Pattern.compile("#\\{((?:'(?:[^'\\\\]|\\\\.)*'|[^'}])*)}");
    /** What an expression says through the translation, compares with, or looks up. */
    private static final Pattern NOT_SHOWN =
            Pattern.compile("\\bt\\['(?:[^'\\\\]|\\\\.)*']|\\bt\\.(of|count)\\(.*|\\b(eq|ne) '[^']*'|\\w\\['[^']*']");

    private static final Set<String> READ =
            Set.of("title", "aria-label", "placeholder", "alt", "requiredMessage", "itemLabel", "label", "data-label");
    /** Where the value is what a person reads, not what is sent. */
    private static final Set<String> VALUE_IS_READ =
            Set.of("p:commandButton", "h:commandButton", "h:link", "h:outputLabel", "h:outputText");
    /** The same in each language. */
    private static final Pattern NAMES = Pattern.compile("DocChat|dck_|·|…");

    /** A sentence, or the beginning of one. */
    private static final Pattern WORDS = Pattern.compile("(?s)\\p{Lu}.*\\p{L} \\p{Ll}.*|\\p{Lu}\\p{Ll}+[.:…]?");
    /** Of the platform, and what the languages call themselves. */
    private static final Set<String> NOT_READ = Set.of("Accept", "Escape", "Enter", "Files", "Deutsch", "Français");

    @Test
    void noPageSaysAnythingPastTheTranslation() throws Exception {
        var past = new ArrayList<String>();
        for (var page : Spoken.files("webapp", ".xhtml").entrySet()) {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
            var document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(page.getValue())));
            walk(document.getDocumentElement(), page.getKey(), past);
        }
        assertThat(past).isEmpty();
    }

    private static void walk(Element element, String page, List<String> past) {
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            var attribute = (Attr) element.getAttributes().item(i);
            var name = element.getTagName() + " " + attribute.getName();
            boolean read = READ.contains(attribute.getName())
                            && !Spoken.OF_TAGS.matcher(name).matches()
                    || attribute.getName().equals("value") && VALUE_IS_READ.contains(element.getTagName());
            if (read && isPast(attribute.getValue())) {
                past.add(page + ": " + name + "=" + attribute.getValue());
            }
        }
        for (var child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element inner) {
                walk(inner, page, past);
            } else if (child.getNodeType() == Node.TEXT_NODE && isPast(child.getNodeValue())) {
                past.add(page + ": " + child.getNodeValue().strip());
            }
        }
    }

    private static boolean isPast(String words) {
        boolean literal = EXPRESSION
                .matcher(words)
                .results()
                .map(expression -> NOT_SHOWN.matcher(expression.group(1)).replaceAll(""))
                .anyMatch(rest -> rest.contains("'")
                        && LETTER.matcher(rest.replaceAll("[^']*('[^']*')[^']*", "$1"))
                                .find());
        var plain = NAMES.matcher(EXPRESSION.matcher(words).replaceAll("")).replaceAll("");
        return literal || LETTER.matcher(plain).find();
    }

    @Test
    void noScriptAndNoBeanSaysASentencePastTheTranslation() {
        var keys = Spoken.keys();
        var known = keys.entrySet().stream()
                .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
                .toList();
        var past = new ArrayList<String>();
        sentences("webapp/resources/js", ".js")
                .filter(sentence -> !known.contains(sentence.getValue()))
                .forEach(sentence -> past.add(sentence.toString()));
        // What is too long for a line of Java stands there in pieces.
        sentences("java/org/docchat/web/page", ".java")
                .filter(sentence -> known.stream().noneMatch(text -> text.contains(sentence.getValue())))
                .forEach(sentence -> past.add(sentence.toString()));
        assertThat(past).isEmpty();
    }

    /** By the file that says it. */
    private static Stream<Map.Entry<String, String>> sentences(String below, String ending) {
        return Spoken.files(below, ending).entrySet().stream().flatMap(file -> Spoken.textsOf(file.getValue()).stream()
                .filter(text -> WORDS.matcher(text).matches() && !NOT_READ.contains(text))
                .map(text -> Map.entry(file.getKey(), text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"de", "fr"})
    void eachLanguageHasEachTextAndNoOther(String language) {
        var keys = Spoken.keys();
        assertThat(keys).hasSizeGreaterThan(500);

        var texts = Spoken.table(language).getJsonObject("texts");
        assertThat(texts.keySet()).containsExactlyInAnyOrderElementsOf(keys.keySet());
        assertThat(keys).allSatisfy((text, many) -> {
            if (many.isEmpty()) {
                assertThat(texts.get(text)).as(text).isInstanceOf(JsonString.class);
            } else {
                assertThat(texts.get(text)).as(text).isInstanceOfSatisfying(JsonObject.class, forms -> assertThat(
                                forms.keySet())
                        .containsExactlyInAnyOrder("one", "other"));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"de", "fr"})
    void aTranslationHasThePlacesOfTheEnglishText(String language) {
        var table = Spoken.table(language);
        for (var group : List.of("texts", "server")) {
            assertThat(table.getJsonObject(group)).isNotEmpty().allSatisfy((text, translated) -> assertThat(
                            forms(translated))
                    .as(text)
                    .allSatisfy(form -> assertThat(places(form)).isEqualTo(places(text)))
                    .noneMatch(String::isBlank));
        }
    }

    private static List<String> forms(JsonValue translated) {
        return translated instanceof JsonString text
                ? List.of(text.getString())
                : translated.asJsonObject().values().stream()
                        .map(form -> ((JsonString) form).getString())
                        .toList();
    }

    private static Set<String> places(String text) {
        return PLACE.matcher(text).results().map(place -> place.group()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** A sentence may be put together from pieces; most of its words stand beside each other in one. */
    @Test
    void theServerStillSaysWhatIsTranslatedOfIt() throws IOException {
        var said = new StringBuilder();
        for (var module : List.of("docchat-domain", "docchat-ingest", "docchat-query", "docchat-web")) {
            try (var files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                for (var file :
                        files.filter(one -> one.toString().endsWith(".java")).toList()) {
                    said.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
                }
            }
        }
        var all = said.toString().toLowerCase(Locale.ROOT);
        var sentences = Spoken.LANGUAGES.stream()
                .map(language -> Spoken.table(language).getJsonObject("server").keySet())
                .toList();
        assertThat(sentences.get(0)).isEqualTo(sentences.get(1));

        assertThat(sentences.get(0))
                .filteredOn(sentence -> !isSaid(sentence.toLowerCase(Locale.ROOT), all))
                .isEmpty();
    }

    private static boolean isSaid(String sentence, String all) {
        var words = List.of(sentence.split(" "));
        long pairs = IntStream.range(1, words.size())
                .mapToObj(i -> words.get(i - 1) + " " + words.get(i))
                .filter(pair -> PLACE.matcher(pair).find() || all.contains(pair))
                .count();
        return words.size() == 1 ? all.contains('"' + sentence + '"') : 3 * pairs >= 2 * (words.size() - 1);
    }
}
