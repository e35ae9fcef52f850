package org.docchat.web.security;

import com.nulabinc.zxcvbn.StandardDictionaries;
import com.nulabinc.zxcvbn.StandardKeyboards;
import com.nulabinc.zxcvbn.Zxcvbn;
import com.nulabinc.zxcvbn.ZxcvbnBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** Passwords that somebody who guesses tries first: everybody's, and what is made of the user's name or of ours. */
final class CommonPasswords {
    /** What zxcvbn counts for two of the first things to try, such as one's name and the year. */
    private static final double FEW_GUESSES = 15_000;

    /** It takes ever longer for longer ones, and a password this long is no common one because of its end. */
    private static final int LOOKED_AT = 64;

    private CommonPasswords() {}

    /** Read when the first password is set, which on most nodes is never. */
    private static final class Known {
        static final Zxcvbn PASSWORDS = read();

        /** Passwords only: an ordinary word that is none of the common passwords may well be one. */
        private static Zxcvbn read() {
            try {
                return new ZxcvbnBuilder()
                        .dictionary(StandardDictionaries.PASSWORDS_LOADER.load())
                        .keyboards(StandardKeyboards.loadAllKeyboards())
                        .build();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Whether somebody who guesses would come by a password soon.
     *
     * @param names of whom it is to be the password of
     */
    static boolean isAmong(String password, String... names) {
        var begin = password.substring(0, Math.min(LOOKED_AT, password.length()));
        var context = context(names);
        // DocChat-2026 is docchat2026, unless the dashes are most of it.
        var joined = joined(begin.toLowerCase(Locale.ROOT));
        return isGuessed(begin, context) || joined.length() >= Users.SHORTEST_PASSWORD && isGuessed(joined, context);
    }

    /** One's name and a common password are not the first that is tried together. */
    private static boolean isGuessed(String password, List<String> context) {
        var strength = Known.PASSWORDS.measure(password, context);
        return strength.getGuesses() <= FEW_GUESSES
                && strength.getSequence().stream()
                                .map(match -> match.dictionaryName)
                                .filter(Objects::nonNull)
                                .distinct()
                                .count()
                        < 2;
    }

    /** Names as a whole, with and without what is between their words, and each of these. */
    private static List<String> context(String... names) {
        var context = new ArrayList<>(List.of("docchat"));
        Stream.of(names)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .flatMap(
                        name -> Stream.concat(Stream.of(name, joined(name)), Stream.of(name.split("[^\\p{L}\\p{N}]+"))))
                .filter(word -> !word.isEmpty())
                .distinct()
                .forEach(context::add);
        return context;
    }

    private static String joined(String words) {
        return words.replaceAll("[ ._-]", "");
    }
}
