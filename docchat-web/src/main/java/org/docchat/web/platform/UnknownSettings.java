package org.docchat.web.platform;

import static java.util.Comparator.comparingInt;

import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.Config;

/** Settings that begin as ours do and are none: misspelt, they would change nothing, and nobody would know. */
final class UnknownSettings {
    private static final Logger LOG = Logger.getLogger(UnknownSettings.class.getName());
    private static final String PREFIX = "DOCCHAT_";
    /** Of the launcher, and of compose and its scripts. */
    private static final Set<String> READ_ELSEWHERE = Set.of(
            "DOCCHAT_HOME",
            "DOCCHAT_PORT",
            "DOCCHAT_DEBUG_PORT",
            "DOCCHAT_IMAGE",
            "DOCCHAT_MEMORY",
            "DOCCHAT_PREVIOUS_IMAGE");

    private UnknownSettings() {}

    /**
     * Names each in the log. It may be another version's, or nobody's business; one that is but a letter in six away from
     * a setting is neither.
     *
     * @throws Settings.InvalidSetting if there is such a one: the start must stop
     */
    static void look(Config config) {
        var known = known(config);
        for (var name : config.getPropertyNames()) {
            if (!name.startsWith(PREFIX) || known.contains(name) || isEmpty(config, name)) {
                continue;
            }
            var nearest = known.stream()
                    .min(comparingInt(other -> distance(name, other)))
                    .orElseThrow();
            if (distance(name, nearest) <= (name.length() - PREFIX.length()) / 6) {
                throw new Settings.InvalidSetting(name, "is no setting; " + nearest + " is one.");
            }
            LOG.log(
                    Level.WARNING,
                    "{0} is no setting of this version and changes nothing; the nearest is {1}",
                    new Object[] {name, nearest});
        }
    }

    static Set<String> known(Config config) {
        var known = new TreeSet<>(SystemState.keys(config));
        known.addAll(READ_ELSEWHERE);
        known.removeIf(name -> !name.startsWith(PREFIX));
        return known;
    }

    private static boolean isEmpty(Config config, String name) {
        var value = config.getConfigValue(name).getRawValue();
        return value == null || value.isBlank();
    }

    /** How many letters must be put in, taken out or replaced to make one of the other (Levenshtein, 1966). */
    static int distance(String one, String other) {
        var before = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            before[column] = column;
        }
        for (int row = 1; row <= one.length(); row++) {
            var now = new int[other.length() + 1];
            now[0] = row;
            for (int column = 1; column <= other.length(); column++) {
                int replaced = before[column - 1] + (one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1);
                now[column] = Math.min(replaced, 1 + Math.min(before[column], now[column - 1]));
            }
            before = now;
        }
        return before[other.length()];
    }
}
