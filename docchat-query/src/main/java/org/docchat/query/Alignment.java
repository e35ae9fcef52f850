package org.docchat.query;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.docchat.query.Wording.Kind;
import org.docchat.query.Wording.Token;

/**
 * A claim laid beside a sentence, so that most of their words stand in pairs (the heaviest common subsequence: Wagner and
 * Fischer, <i>The string-to-string correction problem</i>, 1974). Words alone do not tell who did what to whom, and when;
 * what stands between two pairs does: there, another name, another figure, a denial, or what elsewhere stands in the
 * other's place makes the claim say something else.
 */
final class Alignment {
    /** Of the claim's weight, what must be in pairs for the rest to mean anything. */
    private static final double HALF = 0.5;

    /** How long a sentence's words between two pairs may be and still stand for the claim's. */
    private static final int LOCAL = 6;
    /** How near before a pair a sentence's denial denies it. */
    private static final int DENIED = 2;

    /**
     * What a word says.
     *
     * @param kind of how many, how sure, or how often
     */
    private record Scope(int kind, String word) {}

    /** Words of one scope say about the same. */
    private static final Map<String, Scope> SCOPES = scopes();
    /** Scopes that say more than a sentence without one. */
    private static final Set<String> STRONG = Set.of("all", "most", "must", "only");

    /** What both say between two pairs, or before the first and behind the last. */
    private record Gap(List<Token> claimed, List<Token> said, boolean inside, boolean besideFigure) {}

    private final List<Token> claim;
    private final List<Token> sentence;
    private final Wording source;
    private final List<Gap> gaps = new ArrayList<>();
    private double paired;

    private Alignment(List<Token> claim, List<Token> sentence, Wording source) {
        this.claim = claim;
        this.sentence = sentence;
        this.source = source;
        align();
    }

    /**
     * Whether a claim says with the words of a sentence something else than the sentence.
     *
     * @param source the sentence with what is said of it elsewhere: a heading, a sentence beside it
     */
    static boolean saysOtherwise(Wording claim, Wording sentence, Wording source) {
        var alignment = new Alignment(claim.tokens(), sentence.tokens(), source);
        double all = claim.tokens().stream().mapToDouble(Alignment::weight).sum();
        return alignment.paired >= HALF * all
                && (alignment.gaps.stream().anyMatch(alignment::differs) || alignment.exchanges());
    }

    /** A list says the same in any order, so its "and" is no reason to break a pair of names; a verb is. */
    private static double weight(Token token) {
        return switch (token.kind()) {
            case LINK -> 0.5;
            case NAME, FIRST, FIGURE -> 0.7;
            default -> 2;
        };
    }

    private void align() {
        var best = new double[claim.size() + 1][sentence.size() + 1];
        for (int i = claim.size() - 1; i >= 0; i--) {
            for (int j = sentence.size() - 1; j >= 0; j--) {
                best[i][j] = Math.max(best[i + 1][j], best[i][j + 1]);
                if (same(i, j)) {
                    best[i][j] = Math.max(best[i][j], weight(claim.get(i)) + best[i + 1][j + 1]);
                }
            }
        }
        paired = best[0][0];
        int fromClaim = 0;
        int fromSentence = 0;
        int i = 0;
        int j = 0;
        while (i < claim.size() && j < sentence.size()) {
            if (same(i, j) && best[i][j] == weight(claim.get(i)) + best[i + 1][j + 1]) {
                gap(fromClaim, i, fromSentence, j);
                fromClaim = ++i;
                fromSentence = ++j;
            } else if (best[i][j] == best[i + 1][j]) {
                i++;
            } else {
                j++;
            }
        }
        gap(fromClaim, claim.size(), fromSentence, sentence.size());
    }

    private boolean same(int i, int j) {
        return claim.get(i).form().equals(sentence.get(j).form());
    }

    /** Before the first pair and behind the last only what is next to it can stand for the claim's. */
    private void gap(int fromClaim, int toClaim, int fromSentence, int toSentence) {
        boolean first = fromSentence == 0;
        boolean last = toClaim == claim.size();
        int from = first && !last ? Math.max(0, toSentence - LOCAL) : fromSentence;
        int to = last && !first ? Math.min(toSentence, fromSentence + LOCAL) : toSentence;
        boolean inside = !first && !last;
        gaps.add(new Gap(
                claim.subList(fromClaim, toClaim),
                sentence.subList(from, to),
                inside,
                inside && (isFigure(claim.get(fromClaim - 1)) || isFigure(claim.get(toClaim)))));
    }

    private boolean differs(Gap gap) {
        boolean denied = denies(gap.claimed);
        boolean deniesAtAll = denies(gap.said);
        // What the sentence denies in passing ("the lab, not the office, is closed") is not what follows.
        var next = gap.said.subList(Math.max(0, gap.said.size() - DENIED), gap.said.size());
        if (denied ? !deniesAtAll : gap.inside && denies(next)) {
            return true;
        }
        if (gap.claimed.isEmpty()) {
            return gap.besideFigure && gap.said.stream().anyMatch(Alignment::isFigure);
        }
        return adds(gap)
                || inserts(gap)
                || gap.said.size() <= LOCAL && (replaces(gap, Alignment::isFigure) || renames(gap))
                || gap.inside
                        && without(gap.claimed, gap.said).size() == 1
                        && without(gap.said, gap.claimed).size() == 1;
    }

    private static boolean denies(List<Token> tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).kind() == Kind.DENIAL
                    && (i + 1 == tokens.size() || tokens.get(i + 1).kind() != Kind.HARMLESS)) {
                return true;
            }
        }
        return false;
    }

    private boolean adds(Gap gap) {
        var said = scopesOf(gap.said);
        return scopesOf(gap.claimed).stream()
                .filter(scope -> !said.contains(scope))
                .anyMatch(scope -> gap.said.size() <= LOCAL && said.stream().anyMatch(other -> other.kind == scope.kind)
                        || STRONG.contains(scope.word) && !scopesOf(sentence).contains(scope));
    }

    /** Says something where the sentence says nothing. */
    private boolean inserts(Gap gap) {
        return without(gap.said, gap.claimed).isEmpty()
                && without(gap.claimed, gap.said).stream().anyMatch(token -> !source.has(token));
    }

    private static Set<Scope> scopesOf(List<Token> tokens) {
        var scopes = new HashSet<Scope>();
        for (var token : tokens) {
            var scope = SCOPES.get(token.form());
            if (scope != null) {
                scopes.add(scope);
            }
        }
        return scopes;
    }

    private static boolean replaces(Gap gap, Predicate<Token> kind) {
        return without(gap.claimed, gap.said).stream().anyMatch(kind)
                && without(gap.said, gap.claimed).stream().anyMatch(kind);
    }

    private boolean renames(Gap gap) {
        return replaces(gap, token -> isName(token) || token.kind() == Kind.FIRST)
                && (gap.claimed.stream().anyMatch(this::isName)
                        || gap.said.stream().anyMatch(this::isName));
    }

    /** What begins one sentence is a name if it is one inside the other. */
    private boolean isName(Token token) {
        var inside = new Token(token.form(), Kind.NAME);
        return token.kind() == Kind.NAME || claim.contains(inside) || sentence.contains(inside);
    }

    private static boolean isFigure(Token token) {
        return token.kind() == Kind.FIGURE;
    }

    /** Whether two words have changed places. */
    private boolean exchanges() {
        var near = gaps.stream().filter(gap -> gap.said.size() <= LOCAL).toList();
        for (var one : near) {
            for (var two : near) {
                if (one != two
                        && share(without(one.claimed, one.said), without(two.said, two.claimed))
                        && share(without(one.said, one.claimed), without(two.claimed, two.said))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean share(List<Token> some, List<Token> others) {
        return some.stream().anyMatch(token -> others.stream()
                .anyMatch(other -> other.form().equals(token.form())));
    }

    /** Of some words those that say something and that the others lack. */
    private static List<Token> without(List<Token> some, List<Token> others) {
        return some.stream()
                .filter(token -> switch (token.kind()) {
                    case WORD, NAME, FIRST, FIGURE -> true;
                    case DENIAL, HARMLESS, LINK, EMPTY -> false;
                })
                .filter(token -> others.stream().noneMatch(other -> other.form().equals(token.form())))
                .toList();
    }

    private static Map<String, Scope> scopes() {
        var kinds = List.of(
                "all,every,each,alle,jede,jeder,jedes some,several,certain,einige,manche most,majority,meisten"
                        + " many,numerous,viele few,wenige only,solely,exclusively,nur",
                "must,shall,muss,müssen can,could,may,might,kann,können should,sollte",
                "always,immer usually,often,frequently,oft sometimes,manchmal rarely,seldom,selten");
        var scopes = new HashMap<String, Scope>();
        for (int kind = 0; kind < kinds.size(); kind++) {
            for (var same : kinds.get(kind).split(" ")) {
                var words = same.split(",");
                var scope = new Scope(kind, words[0]);
                for (var word : words) {
                    scopes.put(word, scope);
                    scopes.put(Wording.stem(word), scope);
                }
            }
        }
        return Map.copyOf(scopes);
    }
}
