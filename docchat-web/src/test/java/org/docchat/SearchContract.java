package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.docchat.domain.Answer;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.domain.Passage;
import org.docchat.domain.WordBag;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.query.Librarian;
import org.docchat.query.Librarian.Filter;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What searching does on every database that DocChat runs on; what is the same on all of them is asked of all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SearchContract {
    private static final List<String> WORDS = List.of(
            "harbour",
            "lantern",
            "meadow",
            "granite",
            "copper",
            "violin",
            "orchard",
            "thunder",
            "pepper",
            "saddle",
            "marble",
            "anchor",
            "velvet",
            "falcon",
            "cinnamon",
            "glacier",
            "pillow",
            "compass",
            "walnut",
            "ribbon");

    private final WordBag model = new WordBag();
    private PreparedDatabase database;
    private Collections collections;
    private Library library;
    private Librarian librarian;
    private Caller owner;
    private Caller stranger;
    private CollectionId handbook;
    private Document travel;

    /** The database, empty or not. */
    abstract PreparedDatabase open() throws Exception;

    final PreparedDatabase database() {
        return database;
    }

    @BeforeAll
    void indexOneCollectionAmongMany() throws Exception {
        database = open();
        database.addVectorIndexes(EmbeddingModels.only(model));
        collections = new Collections(database);
        library = new Library(database, 1 << 24);
        librarian = database.librarian(EmbeddingModels.only(model));
        owner = database.user("search.owner");
        stranger = database.user("search.stranger");
        handbook = collections.create(owner, "Handbook", "", Language.ENGLISH).id();
        var noise = collections.create(stranger, "Noise", "", Language.ENGLISH).id();
        // First: an index of neighbours may lose sight of what was there before there were any others.
        upload(owner, handbook, "random.md", sections(new Random(7), 450));
        index(owner, handbook);
        travel =
                upload(owner, handbook, "travel.md", "# Travel\n\nHotel costs are refunded up to 140 euros a night.\n");
        upload(owner, handbook, "codes.md", "# Codes\n\nThe pump reports ERR-4012 when its valve is shut.\n");
        // Nearer than anything of the owner's, and in the way of an index that is asked for the nearest of all.
        for (int i = 0; i < 2; i++) {
            upload(stranger, noise, "noise-" + i + ".md", "# Hotel costs refunded\n\n" + sections(new Random(i), 60));
        }
        index(owner, handbook);
        index(stranger, noise);
        database.execute("analyze");
    }

    /** Notes of about a passage each, on a few things each. */
    private static String sections(Random random, int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("## Note ").append(i).append("\n\n");
            int first = random.nextInt(WORDS.size());
            for (int word = 0; word < 80; word++) {
                text.append(WORDS.get((first + random.nextInt(6)) % WORDS.size()))
                        .append(word % 12 == 11 ? ". " : " ");
            }
            text.append("\n\n");
        }
        return text.toString();
    }

    private Document upload(Caller caller, CollectionId collection, String name, String text) throws IOException {
        return library.accept(caller, collection, name, new ByteArrayInputStream(text.getBytes(UTF_8)))
                .document();
    }

    private void index(Caller caller, CollectionId collection) throws Exception {
        try (var indexing = new Indexing(database, EmbeddingModels.only(model), Path.of("target"))) {
            indexing.finish(library, caller, collection);
        }
        assertThat(library.states(caller, collection)).containsOnlyKeys("indexed");
    }

    private List<Passage> found(Caller caller, String query, Mode mode, Filter filter, CollectionId... in) {
        return librarian.search(caller, new Search(query, List.of(in), 10, mode, filter)).passages().stream()
                .map(Librarian.Found::passage)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void thePassageThatAnswersComesFirst(Mode mode) {
        assertThat(found(owner, "hotel costs a night", mode, Filter.NONE, handbook)
                        .get(0)
                        .text())
                .contains("140 euros");
    }

    @Test
    void aCodeIsFoundByItself() {
        assertThat(found(owner, "ERR-4012", Mode.KEYWORD, Filter.NONE, handbook))
                .singleElement()
                .satisfies(passage -> assertThat(passage.text()).contains("valve"));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            GERMAN,  Die Übergröße kostet mehr.,        Übergröße ÜBERGRÖSSE Ubergrosse Uebergroesse übergrößen
            GERMAN,  Herr Mueller wohnt in der STRASSE., Müller Muller MUELLER Straße
            GERMAN,  Die „neue“ Gebühr – je Quelle.,    neue Gebühren Gebuehr Quelle
            SPANISH, La información es pública.,        información informacion INFORMACIONES publica
            FRENCH,  L’œuvre fut mangée à Noël.,        œuvre oeuvre mangée mangee noel NOËL
            SWEDISH, Ett öl på ön.,                     öl ol
            RUSSIAN, Наши ЁЛКИ зелёные.,                ёлка елка Елки зеленые
            SIMPLE,  東京都に住んでいます。,                東京 京都 住んで
            SIMPLE,  서울특별시의 인구,                    서울 특별시
            ENGLISH, The naïve café’s “menu” – ﬁne.,    naive cafe menu fine CAFÉ
            ENGLISH, The pump says ERR-4012 at 10-20.,  ERR-4012 err4012 4012 ERR_4012 10-20
            ENGLISH, The v3.4.1 driver and 2.0.,       3.4.1 v3.4.1 V3.4.1 v2.0
            ENGLISH, Part A7/300-B of 2021-03-15,       A7/300-B 300B 300 2021-03-15 20210315
            ENGLISH, ＥＲＲ－７７ ½ x²,                    ERR-77 err77
            """)
    void aWordIsFoundHoweverItIsSpelt(Language language, String text, String spellings) throws Exception {
        var collection = collections.create(owner, "Spelling", "", language).id();
        upload(owner, collection, "spelling.txt", text + "\n");
        index(owner, collection);

        for (var spelling : spellings.split(" ")) {
            assertThat(found(owner, spelling, Mode.KEYWORD, Filter.NONE, collection))
                    .as(spelling)
                    .hasSize(1);
        }
        assertThat(found(owner, "Zyklop", Mode.KEYWORD, Filter.NONE, collection))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"crane before the lift\"",
                "Is there „crane before the lift“ somewhere?",
                "lift after “crane before the lift”",
                "«crane before the lift»"
            })
    void whatIsInQuotationMarksCountsMoreWhereItStandsLikeThat(String query) throws Exception {
        var collection = collections
                .create(owner, "Orders " + query, "", Language.ENGLISH)
                .id();
        upload(owner, collection, "a.md", "Lift, pump, lift: stop the lift before the crane.\n");
        upload(owner, collection, "b.md", "Whatever happens and whoever says so, stop the crane before the lift.\n");
        upload(owner, collection, "c.md", "The lift, the crane: before.\n");
        index(owner, collection);

        assertThat(found(owner, query, Mode.KEYWORD, Filter.NONE, collection)
                        .get(0)
                        .text())
                .contains("crane before the lift");
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void theSameDataAndQuestionGiveTheIdenticalList(Mode mode) {
        var search = new Search("violin and copper in the orchard", List.of(handbook), 50, mode, Filter.NONE);
        var first = librarian.search(owner, search).passages();

        assertThat(first).hasSizeGreaterThan(20);
        for (int i = 0; i < 5; i++) {
            assertThat(librarian.search(owner, search).passages()).isEqualTo(first);
        }
    }

    /** A filter makes the search compare everything, which for so few passages is the exact ranking. */
    @Test
    void theNearestAreThoseThatAnExactComparisonFinds() {
        int same = 0;
        int all = 0;
        for (var query : List.of("granite glacier", "falcon on a velvet pillow", "pepper", "walnut ribbon saddle")) {
            var exact = found(owner, query, Mode.SEMANTIC, new Filter(List.of(), "*", null), handbook);
            var nearest = found(owner, query, Mode.SEMANTIC, Filter.NONE, handbook);
            all += exact.size();
            same += (int) exact.stream().filter(nearest::contains).count();
        }
        assertThat(all).isEqualTo(40);
        assertThat(same).isGreaterThanOrEqualTo(39);
    }

    /** The first search reads blocks of signatures, those that follow remember them. */
    @Test
    void whatIsRememberedOfBlocksChangesNothingAndIsForgottenWithThem() throws Exception {
        var search = new Search("violin and copper in the orchard", List.of(handbook), 50, Mode.SEMANTIC, Filter.NONE);
        var rows = librarian.search(owner, search).passages();
        var collection =
                collections.create(owner, "Remembered", "", Language.ENGLISH).id();
        var kept = upload(owner, collection, "kept.md", "The gardener waters the walnut.\n");
        var gone = upload(owner, collection, "gone.md", "The gardener sells a walnut ribbon.\n");
        index(owner, collection);

        Crowd.pack(database, 200, 120_000);

        assertThat(database.count("select count(*) from signature")).isZero();
        for (int i = 0; i < 3; i++) {
            assertThat(librarian.search(owner, search).passages()).isEqualTo(rows);
            assertThat(found(owner, "walnut ribbon", Mode.SEMANTIC, Filter.NONE, collection))
                    .extracting(Passage::documentId)
                    .containsExactlyInAnyOrder(kept.id(), gone.id());
        }
        library.delete(owner, gone.id());
        assertThat(found(owner, "walnut ribbon", Mode.SEMANTIC, Filter.NONE, collection))
                .extracting(Passage::documentId)
                .containsExactly(kept.id());
        Crowd.pack(database, 200, 120_000);
        assertThat(found(owner, "walnut ribbon", Mode.SEMANTIC, Filter.NONE, collection))
                .extracting(Passage::documentId)
                .containsExactly(kept.id());
    }

    @Test
    @Tag("A7")
    void whatIsNearerButNotTheirsIsNeitherSeenNorInTheWay() {
        for (var mode : Mode.values()) {
            var seen = found(owner, "hotel costs refunded harbour lantern meadow", mode, Filter.NONE, handbook);
            assertThat(seen).hasSize(10).allMatch(passage -> passage.collectionId()
                    .equals(handbook));
        }
        assertThatThrownBy(() -> found(stranger, "hotel costs", Mode.HYBRID, Filter.NONE, handbook))
                .isInstanceOf(Failure.NotFound.class);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    @Tag("A7")
    void aSearchThatForgetsItsConditionsStillFindsNothingOfAnybodyElses(Mode mode) {
        var newcomer = database.user("search.newcomer");
        var theirs = collections
                .create(newcomer, "Nothing yet", "", Language.ENGLISH)
                .id();
        var another =
                collections.create(owner, "Nothing yet", "", Language.ENGLISH).id();
        assertThat(found(owner, "hotel costs a night", mode, Filter.NONE, another))
                .isEmpty();

        assertThat(database.withoutConditions(() -> found(owner, "hotel costs a night", mode, Filter.NONE, another)))
                .as("of all that is the owner's: without any the rest proves nothing")
                .isNotEmpty()
                .noneMatch(passage -> passage.documentName().startsWith("noise-"));
        assertThat(database.withoutConditions(() -> found(newcomer, "hotel costs a night", mode, Filter.NONE, theirs)))
                .isEmpty();
    }

    @Test
    void filtersNarrowWithoutLosing() {
        var codes = new Filter(List.of(), "co?es.*", null);
        assertThat(found(owner, "hotel costs valve", Mode.HYBRID, codes, handbook))
                .extracting(Passage::documentName)
                .containsOnly("codes.md");
        var onlyTravel = new Filter(List.of(travel.id()), null, null);
        assertThat(found(owner, "valve", Mode.HYBRID, onlyTravel, handbook))
                .extracting(Passage::documentName)
                .containsOnly("travel.md");
    }

    @Test
    void thePastIsSearchedAsItWasAndTheNewVersionOnlyAnswersNow() throws Exception {
        var collection =
                collections.create(owner, "Prices", "", Language.ENGLISH).id();
        upload(owner, collection, "price.md", "The ferry costs nine crowns.\n");
        index(owner, collection);
        var then = Instant.ofEpochMilli(database.count("select extract(epoch from now()) * 1000"));
        Thread.sleep(20);
        upload(owner, collection, "price.md", "The ferry costs eleven crowns.\n");
        index(owner, collection);

        for (var mode : Mode.values()) {
            assertThat(texts(found(owner, "ferry costs", mode, Filter.NONE, collection)))
                    .containsExactly("The ferry costs eleven crowns.");
            assertThat(texts(found(owner, "ferry costs", mode, new Filter(List.of(), null, then), collection)))
                    .containsExactly("The ferry costs nine crowns.");
        }
    }

    @Test
    void whatIsDeletedIsFoundNoMore() throws Exception {
        var collection =
                collections.create(owner, "Rumours", "", Language.ENGLISH).id();
        var document = upload(owner, collection, "rumour.md", "The mayor keeps a crocodile.\n");
        index(owner, collection);
        assertThat(found(owner, "crocodile", Mode.HYBRID, Filter.NONE, collection))
                .hasSize(1);

        library.delete(owner, document.id());

        for (var mode : Mode.values()) {
            assertThat(found(owner, "crocodile", mode, Filter.NONE, collection)).isEmpty();
        }
        assertThat(database.count("select count(*) from " + KillInvariants.PLACES + " where lexeme = 'crocodil'"))
                .isZero();
    }

    @Test
    void whatIsNotFoundWhileDocumentsAreOnTheirWaySaysSo() throws Exception {
        var collection =
                collections.create(owner, "Coming", "", Language.ENGLISH).id();
        upload(owner, collection, "ferry.md", "The ferry to the island leaves from the northern pier.\n");

        var early = ask("Where does the ferry to the island leave from?", collection);
        assertThat(early.answer()).isInstanceOf(Answer.NotFound.class);
        assertThat(early.notice()).startsWith("One document is still being read");

        index(owner, collection);
        var late = ask("Where does the ferry to the island leave from?", collection);
        assertThat(late.answer()).isInstanceOf(Answer.Cited.class);
        assertThat(late.notice()).isNull();
        assertThat(ask("Who won the cup in 1954?", collection).notice()).isNull();
    }

    @Test
    void aQuestionIsAnsweredFromWordsUntilTheirEmbeddingsAreThere() throws Exception {
        var collection =
                collections.create(owner, "Half way", "", Language.ENGLISH).id();
        upload(owner, collection, "crane.md", "The crane at the eastern quay lifts forty tonnes.\n");
        index(owner, collection);
        database.execute("delete from embedding where collection_id = '" + collection.value() + "'");

        assertThat(ask("How many tonnes does the crane at the eastern quay lift?", collection)
                        .answer())
                .isInstanceOf(Answer.Cited.class);
        assertThat(ask("Who keeps the key to the northern lighthouse?", collection)
                        .answer())
                .isInstanceOf(Answer.NotFound.class);
    }

    private Librarian.GivenAnswer ask(String question, CollectionId collection) {
        return librarian.answer(
                owner, new Librarian.Question(question, List.of(collection), null, null, null, null), () -> false);
    }

    private static List<String> texts(List<Passage> passages) {
        var texts = new ArrayList<String>();
        passages.forEach(passage -> texts.add(passage.text().strip()));
        return texts;
    }
}
