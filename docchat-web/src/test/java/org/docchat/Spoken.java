package org.docchat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What pages, scripts and page beans say, as far as it goes through the translation, and the tables of the languages. */
final class Spoken {
    static final Path MAIN = Path.of("src", "main");
    static final List<String> LANGUAGES = List.of("de", "fr");

    /** The attributes of our own tags whose English text the tag looks up. */
    static final Pattern OF_TAGS =
            Pattern.compile("d:(field (label|help)|dialog title|empty (title|text)|around text)");

    private static final Pattern IN_PAGES =
            Pattern.compile("\\bt\\.(of|count)\\(|\\bt\\[(?!label]|help]|title]|text])");
    private static final Pattern IN_SCRIPTS = Pattern.compile("(?<!\\w|\\w\\.)(t|nodes|count)\\(");
    private static final Pattern IN_BEANS = Pattern.compile("(?:\\bt|texts\\(\\))\\.(of|count)\\(");
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|'((?:[^'\\\\]|\\\\.)*)'");
    /** Units and limits, which stand in lists before they are said. */
    private static final Pattern LISTED = Pattern.compile("\"(\\{0} [^\"]+)\"");

    private static final Pattern FROM_A_LIST = Pattern.compile("(?i)units\\[unit]|limit\\.words\\(\\)");
    private static final Pattern TAG = Pattern.compile("<(d:\\w+)\\s((?:\"[^\"]*\"|[^>\"])*)");
    private static final Pattern ATTRIBUTE = Pattern.compile("([\\w-]+)=\"([^\"]*)\"");

    /** The English text; with that of many, where it counts. */
    private final Map<String, String> keys = new TreeMap<>();

    private Spoken() {}

    /** @throws AssertionError if something is said whose English text does not stand where it is said */
    static Map<String, String> keys() {
        var spoken = new Spoken();
        files("webapp", ".xhtml").forEach(spoken::page);
        files("webapp/resources/js", ".js").forEach((file, text) -> {
            if (!file.endsWith("texts.js")) {
                spoken.calls(file, text, IN_SCRIPTS);
                spoken.listed(text);
            }
        });
        files("java/org/docchat/web/page", ".java").forEach((file, text) -> {
            spoken.calls(file, text, IN_BEANS);
            spoken.listed(text);
        });
        files("java/org/docchat/web/platform", "SystemState.java").forEach((file, text) -> spoken.listed(text));
        return spoken.keys;
    }

    static JsonObject table(String language) {
        try (var reader = Json.createReader(
                Files.newBufferedReader(MAIN.resolve("webapp/resources/texts/" + language + ".json")))) {
            return reader.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Their texts, by their paths. */
    static Map<String, String> files(String below, String ending) {
        try (var all = Files.walk(MAIN.resolve(below))) {
            return all.filter(file -> file.toString().endsWith(ending))
                    .collect(Collectors.toMap(Path::toString, Spoken::read, (a, b) -> a, TreeMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void page(String file, String text) {
        calls(file, text, IN_PAGES);
        TAG.matcher(text).results().forEach(tag -> ATTRIBUTE
                .matcher(tag.group(2))
                .results()
                .filter(attribute ->
                        OF_TAGS.matcher(tag.group(1) + " " + attribute.group(1)).matches())
                .forEach(attribute -> keys.put(attribute.group(2), "")));
    }

    private void calls(String file, String text, Pattern call) {
        call.matcher(text).results().forEach(found -> {
            var arguments = arguments(text, found.end());
            var said = "count".equals(found.group(1)) ? arguments.subList(1, 3) : arguments.subList(0, 1);
            if (said.stream().noneMatch(words -> FROM_A_LIST.matcher(words).matches())) {
                var english = said.stream().map(words -> literal(file, words)).toList();
                keys.merge(english.get(0), english.size() > 1 ? english.get(1) : "", (one, other) -> {
                    if (!one.equals(other)) {
                        throw new AssertionError("counted once and not elsewhere, or otherwise: " + english.get(0));
                    }
                    return one;
                });
            }
        });
    }

    private void listed(String text) {
        LISTED.matcher(text).results().map(found -> found.group(1)).forEach(words -> {
            if (!keys.containsValue(words)) {
                keys.putIfAbsent(words, "");
            }
        });
    }

    private static String literal(String file, String words) {
        if (!LITERAL.matcher(words).replaceAll("").replace("+", "").isBlank()) {
            throw new AssertionError(file + " says what does not stand there: " + words);
        }
        return LITERAL.matcher(words)
                .results()
                .map(one -> (one.group(1) == null ? one.group(2) : one.group(1)).replaceAll("\\\\(.)", "$1"))
                .collect(Collectors.joining());
    }

    /** The texts in a script, or a class, also those in texts, as far as they stand there; neither comments nor patterns are
     * among them. */
    static List<String> textsOf(String script) {
        var texts = new ArrayList<String>();
        code(script, 0, texts);
        return texts;
    }

    /** Reads on to the end, or to the brace that was open before {@code from}. */
    private static int code(String script, int from, List<String> texts) {
        int depth = 0;
        char before = '(';
        for (int at = from; at < script.length(); at++) {
            char c = script.charAt(at);
            if (script.startsWith("//", at) || script.startsWith("/*", at)) {
                var end = script.indexOf(script.charAt(at + 1) == '/' ? "\n" : "*/", at + 2);
                at = end + (script.charAt(at + 1) == '/' ? 0 : 1);
                continue;
            } else if (c == '/' && "(,=:[!&|?{};>".indexOf(before) >= 0) {
                at = pattern(script, at);
            } else if (c == '"' || c == '\'' || c == '`') {
                at = text(script, at, texts);
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && depth-- == 0) {
                return at;
            }
            before = Character.isWhitespace(c) ? before : c;
        }
        return script.length();
    }

    private static int text(String script, int from, List<String> texts) {
        char quote = script.charAt(from);
        var text = new StringBuilder();
        for (int at = from + 1; ; at++) {
            char c = script.charAt(at);
            if (c == quote) {
                texts.add(text.toString());
                return at;
            } else if (quote == '`' && script.startsWith("${", at)) {
                at = code(script, at + 2, texts);
            } else {
                text.append(c == '\\' ? script.charAt(++at) : c);
            }
        }
    }

    private static int pattern(String script, int from) {
        boolean oneOf = false;
        for (int at = from + 1; ; at++) {
            char c = script.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == '/' && !oneOf) {
                return at;
            } else {
                oneOf = c == '[' || oneOf && c != ']';
            }
        }
    }

    /** What stands between commas up to the end of the brackets that are open at {@code from}. */
    private static List<String> arguments(String text, int from) {
        var all = new ArrayList<String>();
        var one = new StringBuilder();
        char quote = 0;
        int depth = 0;
        for (int at = from; ; at++) {
            char c = text.charAt(at);
            if (quote != 0) {
                if (c == '\\') {
                    one.append(c);
                    c = text.charAt(++at);
                } else if (c == quote) {
                    quote = 0;
                }
            } else if ("\"'`".indexOf(c) >= 0) {
                quote = c;
            } else if ("([{".indexOf(c) >= 0) {
                depth++;
            } else if (")]}".indexOf(c) >= 0 && depth-- == 0) {
                all.add(one.toString().strip());
                return all;
            } else if (c == ',' && depth == 0) {
                all.add(one.toString().strip());
                one.setLength(0);
                continue;
            }
            one.append(c);
        }
    }
}
