package org.docchat.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What of a sentence another one must share to say the same.
 *
 * @param sequence its content words, without endings, and figures in order
 * @param words its content words, without endings
 * @param figures numbers, and words that hold digits, as they would be compared: "1,000" and "1000" are one
 * @param names words that begin with a capital inside the sentence, without endings
 * @param addresses links and mail addresses
 * @param negated the content words that a negation stands before
 * @param denials how many negations there are
 * @param tokens all of its words in order
 */
record Wording(
        List<String> sequence,
        Set<String> words,
        Set<String> figures,
        Set<String> names,
        Set<String> addresses,
        Set<String> negated,
        int denials,
        List<Token> tokens) {
    /** A word as it is compared. */
    record Token(String form, Kind kind) {}

    /** What a word does in its sentence. */
    enum Kind {
        WORD,
        NAME,
        /** Begins the sentence with a capital: a name or not. */
        FIRST,
        FIGURE,
        DENIAL,
        HARMLESS,
        /** Joins what may change places. */
        LINK,
        EMPTY
    }

    /** How many words a negation reaches. */
    private static final int REACH = 4;

    private static final Pattern TOKEN = Pattern.compile("(?<address>\\b(?:[a-z][a-z+.-]{1,15}:)?//\\S+|\\bwww\\.\\S+"
            + "|\\b(?:javascript|vbscript|data|mailto):\\S+|\\b[\\w.+-]{1,64}@[\\w-]{1,64}\\.\\w+)"
            + "|(?<figure>\\p{N}+(?:[.,:/]\\p{N}+){0,50})(?:st|nd|rd|th|s)?(?![\\p{L}])"
            + "|(?<word>[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}]*(?:['’][\\p{L}]+)?)"
            + "|(?<range>(?<=\\p{N})[–-](?=\\p{N}))"
            + "|(?<stop>[.,;:!?()])");
    private static final Pattern UNSPACED =
            Pattern.compile("[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}\\p{IsLao}\\p{IsKhmer}]{2,}");

    private static final Set<String> NEGATIONS = words(
            "not no never none neither nor without cannot nobody nothing nowhere nicht nichts kein keine keinen keinem keiner"
                    + " keines nie niemals ohne weder pas jamais sans aucun aucune nunca sin ningún ninguna non mai senza");
    /** "Not only" denies nothing. */
    private static final Set<String> HARMLESS = words("only just merely nur seulement solo");

    private static final Set<String> LINKS = words("and or und oder et ou y o e");

    private static final Set<String> EMPTY = words(
            "the and for are was were been being has have had does did doing done that this these those there their"
                    + " they them then than with from into onto upon about also its his her hers him she who whom whose"
                    + " which what when where why how will would shall should can could may might must but our your you"
                    + " any some such very much many other others each both either per via due according as"
                    + " der die das den dem des ein eine einen einem einer eines und oder ist sind war waren wird werden"
                    + " wurde wurden mit von für auf aus bei nach zum zur als auch sich nicht les des une est sont dans"
                    + " pour par sur avec que qui aux los las una del por para con como es son esta este"
                    + " located called named known used using use made make makes found given gave give taken take takes"
                    + " considered became become becomes happen happened occur occurred refers referred means"
                    + " passage passages document documents states stated says mentioned around approximately roughly"
                    // How models begin, which says nothing of the matter.
                    + " yes based additionally furthermore moreover however therefore thus hence specifically overall summary"
                    + " notably ja laut zudem außerdem jedoch daher somit oui selon ainsi cependant toutefois sí según además");

    /** "Over 500" is more than 500. */
    private static final Map<String, String> SAME = Map.of("over", "more", "under", "less");

    private static final Map<String, String> NUMERALS = numerals();
    private static final Map<String, Set<String>> OPPOSITES = opposites();

    static Wording of(String text) {
        var sequence = new ArrayList<String>();
        var words = new HashSet<String>();
        var figures = new HashSet<String>();
        var names = new HashSet<String>();
        var addresses = new HashSet<String>();
        var negated = new HashSet<String>();
        var tokens = new ArrayList<Token>();
        int denials = 0;
        boolean first = true;
        int reach = 0;
        var token = TOKEN.matcher(text);
        while (token.find()) {
            if (token.group("stop") != null) {
                reach = 0;
                continue;
            }
            if (token.group("address") != null) {
                addresses.add(token.group()
                        .replaceAll("(?<![.,;:!?)\\]>\"'])[.,;:!?)\\]>\"']+$", "")
                        .toLowerCase(Locale.ROOT));
                continue;
            }
            if (token.group("range") != null) {
                tokens.add(new Token("to", Kind.EMPTY));
                continue;
            }
            var figure = token.group("figure");
            var word = token.group("word");
            var folded = word == null ? "" : word.toLowerCase(Locale.ROOT).replace('’', '\'');
            if (reach > 0 && HARMLESS.contains(folded)) {
                reach = 0;
                denials--;
            } else if (isNegation(folded, text, token.end())) {
                reach = REACH + 1;
                denials++;
            }
            if (figure != null || NUMERALS.containsKey(folded) || folded.chars().anyMatch(Character::isDigit)) {
                var plain = figure != null ? plain(figure) : NUMERALS.getOrDefault(folded, folded);
                figures.add(plain);
                sequence.add(plain);
                tokens.add(new Token(plain, Kind.FIGURE));
            } else {
                var stems = stems(folded, word);
                sequence.addAll(stems);
                words.addAll(stems);
                boolean capital = word != null && Character.isUpperCase(word.charAt(0));
                var kind = !capital ? Kind.WORD : first ? Kind.FIRST : Kind.NAME;
                if (kind == Kind.NAME) {
                    names.addAll(stems);
                }
                if (isNegation(folded, text, token.end())) {
                    tokens.add(new Token("not", Kind.DENIAL));
                } else if (HARMLESS.contains(folded) || stems.isEmpty()) {
                    tokens.add(new Token(folded, kindOfEmpty(folded)));
                } else {
                    stems.forEach(stem -> tokens.add(new Token(stem, kind)));
                }
                if (reach > 0) {
                    negated.addAll(stems);
                }
            }
            first = false;
            reach--;
        }
        return new Wording(sequence, words, figures, names, addresses, negated, denials, tokens);
    }

    private static Kind kindOfEmpty(String folded) {
        return HARMLESS.contains(folded) ? Kind.HARMLESS : LINKS.contains(folded) ? Kind.LINK : Kind.EMPTY;
    }

    /** The same below a heading, whose words are said of it, too. */
    Wording saidUnder(Wording heading) {
        return new Wording(
                sequence,
                union(words, heading.words),
                union(figures, heading.figures),
                names,
                addresses,
                negated,
                denials,
                tokens);
    }

    /** Share of the words and figures that another text has, too, in [0, 1]; 0 where there are none. */
    double sharedWith(Wording other) {
        return share(Stream.concat(words.stream(), figures.stream()).toList(), other);
    }

    /** The same of those only that {@code butFor} has not. */
    double sharedWith(Wording other, Wording butFor) {
        return share(
                Stream.concat(
                                words.stream().filter(word -> !butFor.words.contains(word)),
                                figures.stream().filter(figure -> !butFor.figures.contains(figure)))
                        .toList(),
                other);
    }

    private static double share(List<String> forms, Wording other) {
        long had = forms.stream()
                .filter(form -> other.words.contains(form) || other.figures.contains(form))
                .count();
        return forms.isEmpty() ? 0 : (double) had / forms.size();
    }

    /** Whether one denies what the other says, or says the opposite of one of its words. */
    boolean contradicts(Wording other) {
        return denials > other.denials
                || negated.stream().anyMatch(w -> other.words.contains(w) && !other.negated.contains(w))
                || other.negated.stream().anyMatch(w -> words.contains(w) && !negated.contains(w))
                || words.stream()
                        .anyMatch(w -> !other.words.contains(w)
                                && OPPOSITES.getOrDefault(w, Set.of()).stream().anyMatch(other.words::contains));
    }

    boolean has(Token token) {
        return words.contains(token.form()) || figures.contains(token.form());
    }

    /** How many words or figures that the other does not have follow each other at most; small words aside. */
    int longestAddition(Wording other) {
        int longest = 0;
        int run = 0;
        for (var token : tokens) {
            boolean says =
                    switch (token.kind()) {
                        case WORD, NAME, FIRST, FIGURE -> true;
                        case DENIAL, HARMLESS, LINK, EMPTY -> false;
                    };
            if (says && !UNSPACED.matcher(token.form()).matches()) {
                run = other.has(token) ? 0 : run + 1;
                longest = Math.max(longest, run);
            }
        }
        return longest;
    }

    /**
     * Whether a word or figure that the other does not have stands between two that it has side by side, or with another
     * word between them; a sentence's beginning and end are neighbours, too.
     */
    boolean changes(Wording other) {
        for (int i = 0; i < sequence.size(); i++) {
            if (!other.sequence.contains(sequence.get(i))) {
                for (int j = 0; j < other.sequence.size(); j++) {
                    if (at(i - 1).equals(other.at(j - 1))
                            && (at(i + 1).equals(other.at(j + 1))
                                    || i > 0 && at(i + 1).equals(other.at(j)))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private String at(int index) {
        return index < 0 || index >= sequence.size() ? "" : sequence.get(index);
    }

    private static boolean isNegation(String word, String text, int end) {
        boolean number = word.equals("no") && text.startsWith(".", end);
        boolean instead = word.equals("rather") && text.startsWith(" than", end)
                || word.equals("instead") && text.startsWith(" of", end);
        return !number && NEGATIONS.contains(word) || word.endsWith("n't") || instead;
    }

    private static Set<String> union(Set<String> some, Set<String> more) {
        return Stream.concat(some.stream(), more.stream()).collect(Collectors.toSet());
    }

    private static String plain(String figure) {
        return figure.replaceAll(",(?=\\p{N}{3}(?!\\p{N}))", "").replaceAll("\\.0+$", "");
    }

    /** Scripts without spaces are compared by pairs of characters. */
    private static Set<String> stems(String folded, @Nullable String written) {
        if (UNSPACED.matcher(folded).matches()) {
            var pairs = new HashSet<String>();
            for (int i = 0; i + 2 <= folded.length(); i++) {
                pairs.add(folded.substring(i, i + 2));
            }
            return pairs;
        }
        boolean shortName = folded.length() == 2 && written != null && written.equals(written.toUpperCase(Locale.ROOT));
        if (folded.length() < 3 && !shortName || EMPTY.contains(folded) || NEGATIONS.contains(folded)) {
            return Set.of();
        }
        return Set.of(stem(SAME.getOrDefault(folded, folded)));
    }

    /** Without the commonest endings, and six letters at most: brings most forms of a word together. */
    static String stem(String word) {
        var bare = word.replaceAll("'s?$", "")
                .replaceAll("(?<=\\p{L}{3})(ing|ed|es|s)$", "")
                .replaceAll("(?<=nor|sou|wes|eas)(t|th)ern$", "$1");
        return (bare.length() > 6 ? bare.substring(0, 6) : bare).replaceAll("(?<=\\p{L}{2})[ey]+$", "");
    }

    private static Set<String> words(String list) {
        return Arrays.stream(list.split(" ")).collect(Collectors.toUnmodifiableSet());
    }

    private static Map<String, String> numerals() {
        var numerals = new HashMap<String, String>();
        var small =
                List.of(("zero - two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
                                + " sixteen seventeen eighteen nineteen twenty")
                        .split(" "));
        for (int i = 0; i < small.size(); i++) {
            numerals.put(small.get(i), Integer.toString(i));
        }
        var tens = List.of("thirty forty fifty sixty seventy eighty ninety".split(" "));
        for (int i = 0; i < tens.size(); i++) {
            numerals.put(tens.get(i), Integer.toString(10 * i + 30));
        }
        return Map.copyOf(numerals);
    }

    private static Map<String, Set<String>> opposites() {
        var opposites = new HashMap<String, Set<String>>();
        for (var pair :
                ("before/after more/less more/fewer minimum/maximum increase/decrease increase/reduce above/below"
                                + " first/last always/never always/rarely allowed/forbidden allowed/prohibited permitted/prohibited"
                                + " permitted/forbidden required/optional mandatory/optional open/closed older/younger"
                                + " larger/smaller higher/lower earlier/later north/south northern/southern east/west"
                                + " eastern/western inside/outside true/false accept/reject accept/refuse include/exclude"
                                + " win/lose buy/sell legal/illegal lawful/unlawful possible/impossible safe/unsafe"
                                + " longer/shorter best/worst hot/cold left/right")
                        .split(" ")) {
            var both = pair.split("/");
            opposites.computeIfAbsent(stem(both[0]), w -> new HashSet<>()).add(stem(both[1]));
            opposites.computeIfAbsent(stem(both[1]), w -> new HashSet<>()).add(stem(both[0]));
        }
        return Map.copyOf(opposites);
    }
}
