package org.docchat.query;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a chat model is told, with variables in the place of the material.
 *
 * @param version changes with every change to the texts
 */
record Template(String version, String system, String user) {
    private static final Pattern VARIABLE = Pattern.compile("\\{\\{([a-z]+)}}");

    /** The one that stands beside this class. */
    static Template of(String version) {
        return new Template(version, text(version + ".system.txt"), text(version + ".user.txt"));
    }

    /** In one pass: what stands in a value is never taken for a variable. */
    ChatModel.Prompt filled(Map<String, String> values) {
        return new ChatModel.Prompt(
                system,
                VARIABLE.matcher(user)
                        .replaceAll(variable ->
                                Matcher.quoteReplacement(Objects.requireNonNull(values.get(variable.group(1))))));
    }

    private static String text(String name) {
        try (var in = Template.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
