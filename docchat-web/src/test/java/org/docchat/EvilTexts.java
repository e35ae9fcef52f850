package org.docchat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Texts that make a regular expression try again and again: what it repeats, and what it may take in place of it,
 * repeated, behind the way there and before something that spoils the match. See the OWASP page on ReDoS.
 */
final class EvilTexts {
    /** A beginning, what is repeated behind it, and an end. */
    record EvilText(String head, String unit, String tail) {
        /** About as long as that. */
        String repeated(int length) {
            return head + unit.repeat(Math.max(1, (length - head.length()) / unit.length())) + tail;
        }
    }

    private static final List<String> SPOILERS = List.of("\u0001", "\n\u0001", "");

    /** Tried in this order when looking for what fits. */
    private static final String COMMON = "a1 .-<[\n\tA,;:!?\"'/|#*_()]{}=&@%+~`^$\\é•†「漢";

    /** Pairs of more would be too many. */
    private static final int MOST_PAIRED = 12;

    private final String regex;
    private int at;

    /** Texts that fit one atom or group each. */
    private final Set<String> units = new LinkedHashSet<>();
    /** Texts that fit all before some repetition. */
    private final Set<String> heads = new LinkedHashSet<>(Set.of(""));
    /** Groups that are repeated, as often as there are characters; such may take the stack instead of time. */
    private final Set<EvilText> loops = new LinkedHashSet<>();

    EvilTexts(String regex) {
        this.regex = regex;
        alternatives("").stream().filter(text -> !text.isEmpty()).limit(3).forEach(units::add);
        var single = units.stream().filter(unit -> unit.length() == 1).toList();
        units.addAll(units.stream()
                .filter(unit -> unit.length() > 1)
                .map(unit -> unit + " ")
                .toList());
        for (var one : single.size() > MOST_PAIRED ? List.<String>of() : single) {
            single.stream().filter(other -> !other.equals(one)).forEach(other -> units.add(one + other));
        }
    }

    Set<EvilText> loops() {
        return loops;
    }

    List<EvilText> all() {
        var texts = new ArrayList<EvilText>();
        for (var unit : units) {
            for (var head : heads) {
                SPOILERS.forEach(tail -> texts.add(new EvilText(head, unit, tail)));
            }
        }
        return texts;
    }

    private List<String> alternatives(String head) {
        var all = new ArrayList<String>();
        all.add(sequence(head));
        while (at < regex.length() && regex.charAt(at) == '|') {
            at++;
            all.add(sequence(head));
        }
        return all;
    }

    /** What fits the sequence that begins here, once. */
    private String sequence(String head) {
        var fits = new StringBuilder();
        while (at < regex.length() && regex.charAt(at) != '|' && regex.charAt(at) != ')') {
            var before = head + fits;
            boolean group = regex.charAt(at) == '(';
            var atom = group ? group(before) : single();
            atom.stream().filter(text -> !text.isEmpty()).limit(3).forEach(units::add);
            int least = 1;
            if (at < regex.length() && "*+?{".indexOf(regex.charAt(at)) >= 0) {
                heads.add(before);
                atom.stream()
                        .filter(text -> group && !text.isEmpty())
                        .forEach(text -> SPOILERS.forEach(tail -> loops.add(new EvilText(before, text, tail))));
                if (regex.charAt(at) == '{') {
                    int end = regex.indexOf('}', at);
                    least = Math.max(
                            1, Integer.parseInt(regex.substring(at + 1, end).split(",")[0]));
                    at = end;
                }
                at++;
                if (at < regex.length() && "?+".indexOf(regex.charAt(at)) >= 0) {
                    at++;
                }
            }
            if (!atom.isEmpty()) {
                fits.append(atom.get(0).repeat(least));
            }
        }
        return fits.toString();
    }

    /** What fits the alternatives of the group that begins here; nothing for what only looks around. */
    private List<String> group(String head) {
        at++;
        boolean around = false;
        if (regex.startsWith("?<", at) && "=!".indexOf(regex.charAt(at + 2)) < 0) {
            at = regex.indexOf('>', at) + 1;
        } else if (regex.charAt(at) == '?') {
            int kind = at + 1;
            while (":=!<>)".indexOf(regex.charAt(kind)) < 0) {
                kind++;
            }
            if (regex.charAt(kind) == ')') {
                at = kind + 1;
                return List.of();
            }
            around = "=!<".indexOf(regex.charAt(kind)) >= 0;
            at = regex.charAt(kind) == '<' ? kind + 2 : kind + 1;
        }
        var fitting = alternatives(head);
        at++;
        return around ? List.of() : fitting;
    }

    /** Some of the characters that fit the class, escape or character that begins here. */
    private List<String> single() {
        int begin = at;
        char first = regex.charAt(at++);
        if (first == '[') {
            for (int depth = 1; depth > 0; at++) {
                char c = regex.charAt(at);
                if (c == '\\') {
                    at++;
                } else if (c == '[') {
                    depth++;
                } else if (c == ']') {
                    depth--;
                }
            }
        } else if (first == '\\') {
            char kind = regex.charAt(at++);
            if ((kind == 'p' || kind == 'P' || kind == 'x') && regex.charAt(at) == '{') {
                at = regex.indexOf('}', at) + 1;
            } else if (kind == 'x') {
                at += 2;
            } else if (kind == 'u') {
                at += 4;
            }
            if ("bBAzZG".indexOf(kind) >= 0) {
                return List.of();
            }
        } else if (first == '^' || first == '$') {
            return List.of();
        }
        var one = Pattern.compile(regex.substring(begin, at));
        var fitting = new ArrayList<String>();
        COMMON.codePoints()
                .mapToObj(Character::toString)
                .filter(text -> one.matcher(text).matches())
                .limit(3)
                .forEach(fitting::add);
        for (int c = 0; fitting.isEmpty() && c < 0x10000; c++) {
            if (one.matcher(Character.toString(c)).matches()) {
                fitting.add(Character.toString(c));
            }
        }
        return fitting;
    }
}
