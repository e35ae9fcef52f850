package org.docchat.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.docchat.domain.Sentences;

/**
 * Makes a question stand on its own without a chat model: one that leans on what went before carries its subject along.
 */
final class FollowUp {
    /** So many questions tell what a conversation is about. */
    static final int REMEMBERED = 3;

    private static final Pattern LEANING = Pattern.compile(
            "^(and|but|or|so|also|then|what about|how about|why|why not|yes|no|und|aber|oder|et|mais|y|pero)\\b"
                    + "|\\b(it|its|they|them|their|that one|this one|those|these|he|she|him|her|the same)\\b");
    private static final Pattern OPENING =
            Pattern.compile("^(and|but|or|so|also|then|und|aber|oder|et|mais|y|pero)\\b[\\s,]*");
    /** What follows these asks by itself, if it names what it asks about. */
    private static final Pattern ASKS =
            Pattern.compile("^(who|whom|whose|when|where|which|how|what|is|are|was|were|does|did"
                    + "|can|may|must|should|will|wer|wen|wem|wann|wo|wohin|wie|welche[mnrs]?|ist|sind|waren|darf|kann|muss|soll|gibt"
                    + "|qui|quand|où|comment|combien|quel(?:le)?s?|est|sont|quién|qué|cuándo|dónde|cómo|cuánt[ao]s?|cuál(?:es)?|son|hay)"
                    + "\\b(?! about\\b)");
    /** Asks what something is that has not been spoken of: that would be "the" or "this". */
    private static final Pattern DEFINITION = Pattern.compile(
            "^(?:(?:what|who|where|wer|was|wo|qui|où|quién|qué|dónde)"
                    + " (?:is|are|was|were|ist|sind|war|waren|est|sont|es|son)|define|explain|erkläre|que signifie|qu'est-ce que)"
                    + " (?!(?:the|this|that|these|those|der|die|das|dies\\w{0,2}|le|la|les|ce|cette|ces|el|los|las|est[aeo]s?)\\b)");
    /** Says something of a subject rather than naming one. */
    private static final Pattern PREDICATE =
            Pattern.compile("\\w*(?:ed|en|ing|[ai]ble)|due|free|next|left|valid|new|open|there|here");

    private static final Pattern COURTESY = Pattern.compile(
            "^(thanks?|thank you|many thanks|ok|okay|great|good|fine|hello|hi|hey|bye|danke|merci|gracias)\\b[\\w ]{0,20}[!., ]*$");

    /** Words that say how something is asked, not what about. */
    private static final Set<String> FUNCTION_WORDS =
            Set.copyOf(List.of(("who whom whose when where which how what why are was"
                            + " were does did can may must should will the and but for with about from into there have has had many much"
                            + " any all some you our your not one per this that"
                            + " wer wen wem wann wie der die das den dem des ein eine ist sind und für mit von"
                            + " qui que les une est sont pour los las una son para con")
                    .split(" ")));

    /** Programs send a conversation whole, each time. */
    private static final int LOOKED_BACK = 20;

    private static final int SHORT = 4;
    private static final int LONGEST_LEANING = 400;
    /** Of the subject: what is searched for must end with the question, and an embedding model reads no more than a page. */
    private static final int LONGEST_SUBJECT = 300;

    private FollowUp() {}

    /** What stands in the conversation's place, where only the questions as they were asked are known; oldest first. */
    static List<String> chain(List<String> asked) {
        var standing = new ArrayList<String>();
        for (var question : asked.subList(Math.max(0, asked.size() - LOOKED_BACK), asked.size())) {
            standing.add(standalone(question, standing));
        }
        return List.copyOf(standing.subList(Math.max(0, standing.size() - REMEMBERED), standing.size()));
    }

    /** @param earlier what was searched for before, oldest first */
    static String standalone(String question, List<String> earlier) {
        if (earlier.isEmpty() || !leans(question)) {
            return question;
        }
        return subject(earlier.get(earlier.size() - 1)) + " " + question;
    }

    /** Whether a question needs those before it to be understood. */
    static boolean leans(String question) {
        var folded = question.toLowerCase(Locale.ROOT).strip();
        boolean mayLean =
                folded.split("\\s+").length <= SHORT || folded.length() < LONGEST_LEANING && pointsBack(folded);
        return mayLean && !standsAlone(folded);
    }

    /** What a question was about: as it was first asked, and last. All that came between would outweigh what is asked now. */
    private static String subject(String previous) {
        var questions = Sentences.of(previous).stream()
                .map(range -> previous.substring(range.start(), range.end()).strip())
                .toList();
        if (questions.size() < 2) {
            return shortened(previous);
        }
        return shortened(questions.get(0)) + " " + shortened(questions.get(questions.size() - 1));
    }

    private static String shortened(String question) {
        if (question.length() <= LONGEST_SUBJECT) {
            return question;
        }
        int end = question.lastIndexOf(' ', LONGEST_SUBJECT);
        return question.substring(0, end > 0 ? end : LONGEST_SUBJECT);
    }

    private static boolean pointsBack(String folded) {
        return LEANING.matcher(folded).find();
    }

    /** "And when are receipts due?" leans by its first word only. */
    private static boolean standsAlone(String folded) {
        if (COURTESY.matcher(folded).matches()) {
            return true;
        }
        var rest = OPENING.matcher(folded).replaceFirst("");
        if (pointsBack(rest)) {
            return false;
        }
        var words = rest.split("[^\\p{L}\\p{N}]+");
        long named = Arrays.stream(words)
                .filter(word -> word.length() > 2 && !FUNCTION_WORDS.contains(word))
                .distinct()
                .count();
        return named >= 2 && ASKS.matcher(rest).lookingAt() || defines(rest, words[words.length - 1]);
    }

    private static boolean defines(String question, String lastWord) {
        var opening = DEFINITION.matcher(question);
        return opening.lookingAt()
                && question.substring(opening.end()).contains(lastWord)
                && !PREDICATE.matcher(lastWord).matches();
    }
}
