package org.docchat.web.page;

import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The tables of all languages, which lie where scripts get theirs. */
@ApplicationScoped
class Translations {
    private final Map<String, Translation> byLanguage = new HashMap<>();

    @Inject
    ServletContext context;

    @PostConstruct
    void read() {
        for (var language : Languages.all().keySet()) {
            byLanguage.put(language, read(language));
        }
    }

    private Translation read(String language) {
        if (language.equals(Languages.ENGLISH)) {
            return new Translation();
        }
        try (var table = context.getResourceAsStream("/resources/texts/" + language + ".json")) {
            return new Translation(language, Objects.requireNonNull(table));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Translation of(String language) {
        return Objects.requireNonNull(byLanguage.get(language));
    }
}
