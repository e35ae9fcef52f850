package org.docchat.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Makes of a true sentence others that say the same, and such that do not. */
final class Alterations {
    private static final Pattern NUMBER = Pattern.compile("(?<![\\p{L}\\d.,])\\d+(?:[.,]\\d+)*(?![\\p{L}\\d])");
    private static final Pattern YEAR = Pattern.compile("\\b(?:1[0-9]|20)\\d\\d\\b");
    private static final Pattern NAME = Pattern.compile("(?<=[\\p{L},] )\\p{Lu}\\p{Ll}{2,}(?: \\p{Lu}\\p{Ll}{2,})*");
    private static final Pattern WORD = Pattern.compile("(?<=[\\p{L},] )\\p{Ll}{5,}(?=[ ,.])");
    private static final Pattern AUXILIARY = Pattern.compile(
            "\\b(?:is|are|was|were|has|have|had|can|could|will|would|may|might|must|should)\\b(?! not\\b)");
    private static final Pattern DENIAL =
            Pattern.compile(" (?:not|never)(?= )(?! only\\b)|(?<=\\b(?:is|are|was|were|has|had|had|could|would))n't");
    private static final String ASIDE = " \\([^()]*\\)|, (?:who|which|where|whose)\\b[^,.]*(?=,)(?:,)";

    private static final Map<String, String> NUMERALS =
            pairs("one/four two/five three/nine four/seven five/two six/three"
                    + " seven/ten eight/four nine/twelve ten/six twelve/twenty twenty/thirty first/third second/fourth third/second"
                    + " half/quarter twice/once");
    private static final Map<String, String> SCALES = pairs(
            "million/billion billion/million thousand/million percent/points"
                    + " km/miles kilometres/miles kilometers/miles miles/feet metres/feet"
                    + " meters/feet feet/inches acres/hectares hours/days days/weeks weeks/months months/years years/decades"
                    + " centuries/decades century/decade minutes/hours seconds/minutes kg/tons tons/pounds tonnes/pounds");
    private static final Map<String, String> MONTHS = pairs("January/March February/June March/October April/August"
            + " May/November June/December July/April August/May September/January October/July November/February"
            + " December/September");
    private static final Map<String, String> BOUNDS =
            pairs("more/less less/more most/least least/most many/few few/many"
                    + " all/some some/all every/no each/no both/neither before/after after/before until/since since/until"
                    + " above/below over/under under/over up/down with/without within/outside inside/outside during/after"
                    + " always/sometimes usually/rarely often/rarely only/also can/must may/must must/may should/may");
    private static final Map<String, String> OPPOSITES =
            pairs("increased/decreased increase/decrease decreased/increased"
                    + " rose/fell rising/falling grew/shrank growing/shrinking gained/lost lost/won won/lost higher/lower lower/higher"
                    + " high/low low/high large/small larger/smaller largest/smallest small/large great/slight early/late late/early"
                    + " earlier/later later/earlier old/new new/old older/newer oldest/newest young/old first/last last/first"
                    + " long/short short/long strong/weak weak/strong rich/poor poor/rich north/south northern/southern south/north"
                    + " southern/northern east/west eastern/western west/east western/eastern began/ended began/ceased began/stopped"
                    + " started/ended ended/began opened/closed joined/left entered/left allowed/forbade allows/forbids"
                    + " accepted/rejected rejected/accepted supported/opposed opposed/supported included/excluded includes/excludes"
                    + " including/excluding public/private private/public positive/negative active/passive common/rare"
                    + " similar/different different/similar same/different possible/impossible important/unimportant major/minor"
                    + " successful/unsuccessful legal/illegal good/bad better/worse best/worst built/demolished created/destroyed"
                    + " destroyed/founded founded/dissolved established/abolished born/killed male/female men/women man/woman"
                    + " king/queen victory/defeat defeated/supported attacked/defended buy/sell sold/bought import/export"
                    + " internal/external modern/ancient ancient/modern upper/lower left/right light/dark hot/cold");
    private static final Map<String, String> SYNONYMS = pairs("began/started started/began large/big built/constructed"
            + " created/made founded/established established/founded located/situated many/numerous important/significant"
            + " however/though several/various often/frequently about/approximately approximately/about"
            + " because/since also/too show/demonstrate called/named"
            + " main/principal major/principal country/nation nation/country children/kids city/town");

    private static final String ENDS = " and shipping is free| with the approval of the board| as local experts say"
            + "| and visitors pay nothing| to the surprise of everybody| for members of the club| worldwide| at night";
    private static final String BEGINNINGS =
            "After a long debate, |With the manager's approval, |For regular customers, "
                    + "|According to local experts, |Since the reform, |At night, ";
    private static final String OPENINGS =
            "Yes, |Based on the documents, |The document states that |Overall, |However, "
                    + "|Additionally, |In summary, |As stated in the passages, ";
    private static final String ASIDES = ", after manager approval,|, in the eyes of critics,|, free of charge,"
            + "|, as a rule,|, against expert advice,|, secretly,";

    private static final Pattern CLAUSE = Pattern.compile("(?<=, (?:and|but) )\\p{Ll}[^,.;]{15,60}(?=[,.;])");

    private final List<String> clauses = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private final Random random;

    Alterations(Collection<String> texts, Random random) {
        this.random = random;
        for (var text : texts) {
            NAME.matcher(text).results().map(MatchResult::group).forEach(names::add);
            WORD.matcher(text).results().map(MatchResult::group).forEach(words::add);
            CLAUSE.matcher(text).results().map(MatchResult::group).forEach(clauses::add);
        }
    }

    /** By kind, where it can be made; what is true begins with "true". */
    Map<String, String> of(String sentence, String paragraph) {
        var made = new LinkedHashMap<String, String>();
        made.put("true: the sentence", sentence);
        put(made, "true: its first clause", sentence, sentence.replaceFirst("^((?:[^ ,]+ ){5,}[^ ,]+), .*", "$1."));
        put(made, "true: without asides", sentence, sentence.replaceAll(ASIDE, ""));
        made.put("true: said to be said", "According to the passage, " + sentence);
        put(made, "true: a synonym", sentence, exchanged(sentence, SYNONYMS));
        put(made, "another number", sentence, one(sentence, NUMBER, this::otherNumber));
        put(made, "its digits in another order", sentence, one(sentence, NUMBER, n -> swapped(n)));
        put(made, "another year", sentence, one(sentence, YEAR, this::otherYear));
        put(made, "two numbers exchanged", sentence, twoExchanged(sentence, NUMBER));
        put(made, "another numeral", sentence, exchanged(sentence, NUMERALS));
        put(made, "another unit or scale", sentence, exchanged(sentence, SCALES));
        put(made, "another month", sentence, exchanged(sentence, MONTHS));
        put(made, "\"not\"", sentence, one(sentence, AUXILIARY, aux -> aux + " not"));
        put(made, "\"never\"", sentence, one(sentence, AUXILIARY, aux -> aux + " never"));
        put(made, "without its \"not\"", sentence, one(sentence, DENIAL, denial -> ""));
        put(made, "the opposite word", sentence, exchanged(sentence, OPPOSITES));
        put(made, "another bound or mood", sentence, exchanged(sentence, BOUNDS));
        put(made, "a name from elsewhere", sentence, one(sentence, NAME, n -> names.get(random.nextInt(names.size()))));
        put(made, "another name of the paragraph", sentence, otherName(sentence, paragraph));
        put(made, "two names exchanged", sentence, twoExchanged(sentence, NAME));
        put(made, "a word from elsewhere", sentence, one(sentence, WORD, w -> words.get(random.nextInt(words.size()))));
        // By the sentence: so these change nothing of what is drawn for others.
        var own = new Random(sentence.hashCode());
        put(made, "true: with an opening", sentence, pick(OPENINGS, own) + sentence);
        put(made, "more at its end", sentence, sentence.substring(0, sentence.length() - 1) + pick(ENDS, own) + ".");
        put(made, "more at its beginning", sentence, pick(BEGINNINGS, own) + sentence);
        put(made, "an aside", sentence, AUXILIARY.matcher(sentence).replaceFirst("$0" + pick(ASIDES, own)));
        put(
                made,
                "and a clause from elsewhere",
                sentence,
                sentence.substring(0, sentence.length() - 1) + ", and " + clauses.get(own.nextInt(clauses.size()))
                        + ".");
        return made;
    }

    private static String pick(String list, Random random) {
        var each = list.split("\\|");
        return each[random.nextInt(each.length)];
    }

    private static void put(Map<String, String> made, String kind, String sentence, String altered) {
        if (!altered.equals(sentence)) {
            made.put(kind, altered);
        }
    }

    private String one(String sentence, Pattern pattern, Function<String, String> other) {
        var found = pattern.matcher(sentence).results().toList();
        if (found.isEmpty()) {
            return sentence;
        }
        var one = found.get(random.nextInt(found.size()));
        return sentence.substring(0, one.start()) + other.apply(one.group()) + sentence.substring(one.end());
    }

    private String exchanged(String sentence, Map<String, String> pairs) {
        return one(
                sentence,
                Pattern.compile("(?<![\\p{L}-])(?:"
                        + String.join(
                                "|", pairs.keySet().stream().map(Pattern::quote).toList()) + ")(?![\\p{L}-])"),
                pairs::get);
    }

    private static String twoExchanged(String sentence, Pattern pattern) {
        var found = pattern.matcher(sentence).results().toList();
        if (found.size() < 2 || found.get(0).group().equals(found.get(1).group())) {
            return sentence;
        }
        var one = found.get(0);
        var two = found.get(1);
        if (sentence.substring(one.end(), two.start()).matches("[ ,(]*(?:and|or)?[ ,]*")) {
            // A list says the same in any order.
            return sentence;
        }
        return sentence.substring(0, one.start())
                + two.group()
                + sentence.substring(one.end(), two.start())
                + one.group()
                + sentence.substring(two.end());
    }

    private String otherName(String sentence, String paragraph) {
        var others = NAME.matcher(paragraph)
                .results()
                .map(MatchResult::group)
                .filter(name -> !sentence.contains(name))
                .toList();
        return others.isEmpty() ? sentence : one(sentence, NAME, n -> others.get(random.nextInt(others.size())));
    }

    private String otherNumber(String number) {
        var digits = new StringBuilder(number);
        int at = random.nextInt(digits.length());
        while (!Character.isDigit(digits.charAt(at))) {
            at = (at + 1) % digits.length();
        }
        digits.setCharAt(at, (char) ('1' + (digits.charAt(at) - '0' + random.nextInt(8)) % 9));
        return digits.toString();
    }

    private String otherYear(String year) {
        return Integer.toString(Integer.parseInt(year) + (random.nextBoolean() ? 1 : -1) * (1 + random.nextInt(30)));
    }

    private static String swapped(String number) {
        return new StringBuilder(number).reverse().toString();
    }

    private static Map<String, String> pairs(String list) {
        var pairs = new LinkedHashMap<String, String>();
        for (var pair : list.split(" ")) {
            var both = pair.split("/");
            pairs.putIfAbsent(both[0], both[1]);
        }
        return pairs;
    }
}
