package org.docchat.domain;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The language of a collection: it decides how words are reduced to their stems for the keyword ranking. */
public enum Language {
    ENGLISH,
    GERMAN,
    FRENCH,
    SPANISH,
    ITALIAN,
    PORTUGUESE,
    DUTCH,
    SWEDISH,
    NORWEGIAN,
    DANISH,
    FINNISH,
    RUSSIAN,
    /** No stemming: words as they stand, for mixed collections and for languages without a stemmer. */
    SIMPLE;

    /**
     * Reads a language by its lower-case name.
     *
     * @throws Failure.Invalid if the name is none of the known ones
     */
    public static Language parse(String name) {
        return Arrays.stream(values())
                .filter(language -> language.toString().equals(name))
                .findAny()
                .orElseThrow(() -> new Failure.Invalid(
                        "unknown_language",
                        "The language must be one of "
                                + Arrays.stream(values())
                                        .map(Language::toString)
                                        .collect(Collectors.joining(", "))
                                + "."));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
