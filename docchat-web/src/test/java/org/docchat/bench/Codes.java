package org.docchat.bench;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.docchat.domain.EmbeddingModels;
import org.docchat.query.Librarian.Mode;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Codes}: how well codes, numbers and rows of tables are found. The documents are made, and
 * of each there are many that differ in one character, one row or one year; the questions are asked the way people type.
 */
public final class Codes {
    private static final List<String> THINGS = List.of(
            "pump",
            "valve",
            "compressor",
            "conveyor",
            "boiler",
            "turbine",
            "gearbox",
            "scanner",
            "printer",
            "elevator");
    private static final List<String> FAULTS = List.of(
            "its inlet is blocked",
            "the voltage drops",
            "the door is open",
            "the filter must be changed",
            "oil pressure is too low",
            "the sensor does not answer",
            "the belt slips",
            "the memory is full",
            "the clock has stopped",
            "cooling has failed");
    private static final List<String> FIRMS =
            List.of("Norland", "Brightwater", "Okafor Steel", "Lindqvist", "Tamarind Foods", "Halden Rail");
    private static final List<String> NAMED =
            List.of("Merrow", "Castellan Paper", "Ibex Optics", "Vantaa Dairy", "Quillfeather", "Osterberg");
    private static final List<String> FIGURES = List.of(
            "Revenue", "Operating profit", "Net debt", "Employees", "Capital expenditure", "Dividend per share");

    private final Random random = new Random(5);
    private final Map<String, String> documents = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> queries = new LinkedHashMap<>();
    private final Map<String, Map<String, Integer>> grades = new HashMap<>();

    private Codes() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        var codes = new Codes();
        codes.errors();
        codes.parts();
        codes.sections();
        codes.versions();
        codes.dates();
        codes.tables();
        codes.quotes();
        codes.names();
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), 2);
                var model = new RememberedEmbeddings(onnx, target.resolve("bench"));
                var database = PreparedDatabase.temporary()) {
            var owner = database.user("bench");
            var librarian = database.librarian(EmbeddingModels.only(model));
            var all = codes.judged("codes", new LinkedHashMap<>());
            var collection = new Stacks(database, model, target).shelved(owner, all, false);
            database.execute("analyze");
            for (var kind : codes.queries.entrySet()) {
                for (var mode : Mode.values()) {
                    Bench.measure(librarian, owner, codes.judged(kind.getKey(), kind.getValue()), collection, mode);
                }
            }
        }
        System.exit(0);
    }

    private Judged judged(String name, Map<String, String> asked) {
        return new Judged(name, documents, asked, Map.of(), Map.of(), grades);
    }

    private String document(String title, String text) {
        var id = "d" + documents.size();
        documents.put(id, "# " + title + "\n\n" + text);
        return id;
    }

    /** Of a firm's report only the file's name says whose it is and of which year. */
    private void names() {
        for (var firm : NAMED) {
            for (int year = 2019; year < 2025; year++) {
                var id = firm.replace(' ', '_') + "_" + year + "_annual_report";
                var text = new StringBuilder();
                for (var part : List.of("Outlook", "Results", "Financing", "People")) {
                    text.append("# ").append(part).append("\n\n");
                    for (var figure : FIGURES) {
                        text.append(figure + " for the " + part.toLowerCase(Locale.ROOT) + " was "
                                + (100 + random.nextInt(900)) + ", against " + (100 + random.nextInt(900))
                                + " in the year before. The board is content with it and expects it to rise. ");
                    }
                    text.append("\n\n");
                }
                documents.put(id, text.toString());
                if (year % 2 == 0) {
                    var figure =
                            FIGURES.get((year + firm.length()) % FIGURES.size()).toLowerCase(Locale.ROOT);
                    ask(
                            "names",
                            year % 4 == 0
                                    ? "What was the " + figure + " of " + firm + " in FY" + year + "?"
                                    : firm.toLowerCase(Locale.ROOT) + " " + year + " " + figure,
                            id);
                }
            }
        }
    }

    private void ask(String kind, String question, String... answeredBy) {
        var of = queries.computeIfAbsent(kind, it -> new LinkedHashMap<>());
        var id = kind + " " + of.size();
        of.put(id, question);
        for (var document : answeredBy) {
            grades.computeIfAbsent(id, it -> new HashMap<>()).put(document, 1);
        }
    }

    /** Codes that follow one another, each on a page about the same machines and the same faults. */
    private void errors() {
        var asked = List.of("What does ERR-%d mean?", "err %d", "ERR%d", "The display shows err-%d, what now?", "E %d");
        for (int i = 0; i < 60; i++) {
            var fault = FAULTS.get(random.nextInt(FAULTS.size()));
            var thing = THINGS.get(i % THINGS.size());
            var id = document(
                    "Fault of the " + thing,
                    "The " + thing + " shows ERR-" + (4000 + i) + " when " + fault + ". Switch the " + thing
                            + " off, wait for a minute, and call service if ERR-" + (4000 + i) + " comes back.");
            if (i % 5 == 2) {
                ask("error codes", asked.get(i / 5 % asked.size()).formatted(4000 + i), id);
            }
        }
    }

    /** Numbers of parts that differ in one character. */
    private void parts() {
        for (int i = 0; i < 60; i++) {
            var number = "A" + (1 + i % 6) + "/" + (100 + 50 * (i / 18)) + "-" + (char) ('A' + i / 6 % 3);
            var id = document(
                    "Spare part " + number,
                    "Part " + number + " fits the " + THINGS.get(i % THINGS.size()) + " and costs " + (20 + 3 * i)
                            + " euros. It is delivered within " + (2 + i % 7) + " days.");
            if (i % 5 == 1 && i < 54) {
                ask(
                        "part numbers",
                        switch (i / 5 % 4) {
                            case 0 -> "How much is part " + number + "?";
                            case 1 -> number.toLowerCase(Locale.ROOT);
                            case 2 ->
                                "delivery time " + number.replace("/", " ").replace("-", " ");
                            default -> "price of " + number.replace("-", "");
                        },
                        id);
            }
        }
    }

    /** Paragraphs of a statute, in German, with their numbers. */
    private void sections() {
        var subjects = List.of(
                "die Kündigung", "der Urlaub", "die Probezeit", "die Vergütung", "die Haftung", "der Datenschutz");
        for (int paragraph = 10; paragraph < 22; paragraph++) {
            for (int part = 1; part <= 3; part++) {
                var subject = subjects.get((paragraph + part) % subjects.size());
                var id = document(
                        "§ " + paragraph + " Abs. " + part,
                        "Nach § " + paragraph + " Abs. " + part + " der Satzung ist " + subject
                                + " schriftlich zu regeln. Die Frist beträgt " + (paragraph + 3 * part) + " Tage.");
                if (part == 2) {
                    ask(
                            "statutes",
                            paragraph % 2 == 0
                                    ? "§ " + paragraph + " Abs. " + part
                                    : "Welche Frist gilt nach §" + paragraph + " Abs " + part + "?",
                            id);
                }
            }
        }
    }

    private void versions() {
        for (int minor = 0; minor < 12; minor++) {
            for (int patch : new int[] {1, 2, 10, 12}) {
                var version = "3." + minor + "." + patch;
                var id = document(
                        "Release notes " + version,
                        "Version " + version + " mends the " + THINGS.get((minor + patch) % THINGS.size())
                                + " driver and needs " + (4 + minor) + " GB of memory.");
                if (patch == 1 || patch == 12 && minor % 3 == 0) {
                    ask("versions", minor % 2 == 0 ? "What is new in " + version + "?" : "v" + version + " memory", id);
                }
            }
        }
    }

    private void dates() {
        var months = List.of("January", "March", "May", "September");
        for (int year = 2019; year < 2025; year++) {
            for (var month : months) {
                for (int day : new int[] {4, 14}) {
                    var id = document(
                            "Minutes",
                            "On " + day + " " + month + " " + year + " the board met and decided on the "
                                    + THINGS.get((year + day) % THINGS.size()) + ". All members were present.");
                    if (day == 14 && month.startsWith("M")) {
                        ask(
                                "dates",
                                month.equals("May")
                                        ? "minutes of " + day + " " + month + " " + year
                                        : "What did the board decide on " + month + " " + day + ", " + year + "?",
                                id);
                    }
                }
            }
        }
    }

    /** A report of each firm for each year: what is asked for is one cell. */
    private void tables() {
        for (var firm : FIRMS) {
            for (int year = 2019; year < 2025; year++) {
                var text = new StringBuilder("Figures in millions of euros, staff at the end of the year.\n\n| | ")
                        .append(year)
                        .append(" | ")
                        .append(year - 1)
                        .append(" |\n|---|---|---|\n");
                for (var figure : FIGURES) {
                    text.append("| ")
                            .append(figure)
                            .append(" | ")
                            .append(100 + random.nextInt(900))
                            .append(" | ")
                            .append(100 + random.nextInt(900))
                            .append(" |\n");
                }
                var id = document("Annual report of " + firm + " for " + year, text.toString());
                if (year % 3 == 1 || year == 2023) {
                    var figure = FIGURES.get((year + firm.length()) % FIGURES.size());
                    ask(
                            "tables",
                            year % 2 == 0
                                    ? figure.toLowerCase(Locale.ROOT) + " " + firm.toLowerCase(Locale.ROOT) + " " + year
                                    : "What was the " + figure.toLowerCase(Locale.ROOT) + " of " + firm + " in " + year
                                            + "?",
                            id);
                }
            }
        }
    }

    /** The same words in another order are another sentence. */
    private void quotes() {
        for (int i = 0; i < 10; i++) {
            var one = THINGS.get(i);
            var other = THINGS.get((i + 3) % 10);
            var id = document("Rule " + i, "Stop the " + one + " before the " + other + " and never after it.");
            document("Rule " + i + " b", "Stop the " + other + " before the " + one + " and never after it.");
            ask("phrases", "\"stop the " + one + " before the " + other + "\"", id);
        }
    }
}
