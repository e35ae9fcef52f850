package org.docchat.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSInteger;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.cos.COSString;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.poi.poifs.crypt.EncryptionInfo;
import org.apache.poi.poifs.crypt.EncryptionMode;
import org.apache.poi.poifs.filesystem.POIFSFileSystem;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.ingest.extract.ExtractionProcess;
import org.docchat.ingest.extract.Extractor.Unreadable;
import org.docchat.ingest.extract.Limits;
import org.docchat.ingest.extract.Ocr;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Made here, so that no file of the kind has to be kept; through the same two gates as an upload. */
@DisplayName("Documents that were made to do harm")
@SuppressWarnings("NullAway.Init")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileDocumentsTest {
    private static final Duration WALL_CLOCK = Duration.ofSeconds(20);
    /** Stands for three hundred megabytes of words, which are made while they are packed. */
    private static final String MORE = "MORE-OF-IT";

    private static final int MEGABYTES = 300;
    private static final String NEEDLE = "The lamp is green.";
    private static final String SECRET = "canary-of-a-file";

    private Path directory;
    private Path scratch;
    private ServerSocket ear;
    private final AtomicInteger heard = new AtomicInteger();
    private ExtractionProcess extraction;

    @BeforeAll
    void start(@TempDir Path files, @TempDir Path written) throws IOException {
        directory = files;
        scratch = written;
        ear = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var listening = new Thread(
                () -> {
                    try {
                        while (true) {
                            ear.accept().close();
                            heard.incrementAndGet();
                        }
                    } catch (IOException e) {
                        // Closed.
                    }
                },
                "canary");
        listening.setDaemon(true);
        listening.start();
        Files.writeString(directory.resolve("secret.txt"), SECRET);
        extraction = extraction(null, WALL_CLOCK);
    }

    private ExtractionProcess extraction(@Nullable Ocr ocr, Duration wallClock) {
        return new ExtractionProcess(
                System.getProperty("java.class.path"),
                new Limits(256, wallClock, 20_000_000, 5_000, 200, Duration.ofMinutes(1)),
                ocr,
                scratch);
    }

    @AfterAll
    void stop() throws IOException {
        extraction.close();
        ear.close();
        assertThat(scratch).isEmptyDirectory();
    }

    @AfterEach
    void nobodyWasCalledAndTheNextDocumentIsRead() throws Exception {
        assertThat(heard).hasValue(0);
        assertThat(end("next.txt", NEEDLE.getBytes(UTF_8))).contains(NEEDLE);
    }

    @TestFactory
    @Tag("U4")
    Stream<DynamicTest> ofABombNoMoreIsUnpackedThanIsRead() throws IOException {
        var documents = new LinkedHashMap<String, byte[]>();
        for (var name : List.of("flat.docx", "flat.xlsx", "flat.pptx", "flat.odt", "flat.ods", "flat.epub")) {
            documents.put(name, zip(parts(ending(name), "", MORE)));
        }
        documents.put("overlapping.docx", overlapping());
        return documents.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    assertThat(each.getValue()).hasSizeLessThan(1 << 20);
                    assertThat(end(each.getKey(), each.getValue()))
                            .isIn("refused: damaged", "refused: too_much_text", "refused: took_too_much_memory");
                }));
    }

    /** A thousand entries that are all in the same place: Fifield, <i>A better zip bomb</i>, 2019. */
    private static byte[] overlapping() throws IOException {
        var inner = zip(parts("docx", "", "word ".repeat(1 << 18)));
        var parts = embedding(inner, "docx", NEEDLE);
        var related = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            related.append(relation("r" + i, "package", "embeddings/i%04d.docx".formatted(i), false));
        }
        parts.put("word/_rels/document.xml.rels", relations(related.toString()));
        var bytes = zip(parts);
        // As the appendix of the specification has it: the end of the directory, and the last entry of the directory.
        int end = bytes.length - 22;
        var tail = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int directory = tail.getInt(end + 16);
        var name = "word/embeddings/inner.docx";
        int last = new String(bytes, directory, end - directory, ISO_8859_1).indexOf(name) + directory - 46;
        var entry = Arrays.copyOfRange(bytes, last, last + 46 + name.length());
        var whole = new ByteArrayOutputStream();
        whole.write(bytes, 0, end);
        for (int i = 0; i < 1_000; i++) {
            var other = "word/embeddings/i%04d.docx".formatted(i).getBytes(UTF_8);
            System.arraycopy(other, 0, entry, 46, other.length);
            whole.write(entry);
        }
        int length = whole.size() - directory;
        short count = (short) (tail.getShort(end + 10) + 1_000);
        tail.putShort(end + 8, count).putShort(end + 10, count).putInt(end + 12, length);
        whole.write(bytes, end, 22);
        return whole.toByteArray();
    }

    @Test
    @Tag("U4")
    void aHundredThousandEntriesAreNotWhatADocumentSays() throws Exception {
        var parts = parts("docx", "", NEEDLE);
        for (int i = 0; i < 100_000; i++) {
            parts.put("word/media/" + i, new byte[0]);
        }

        assertThat(end("many.docx", zip(parts))).isIn("refused: damaged", NEEDLE + "\n");
    }

    @Test
    @Tag("U4")
    void documentsInDocumentsAreReadToADepthOfFour() throws Exception {
        byte[] inner = zip(parts("docx", "", "Depth 9."));
        for (int depth = 8; depth >= 0; depth--) {
            inner = zip(embedding(inner, "docx", "Depth " + depth + "."));
        }

        assertThat(end("nested.docx", inner))
                .contains("Depth 0.", "Depth 4.", "too many files within files")
                .doesNotContain("Depth 5.");
        byte[] archive = zip(Map.of("inner.docx", zip(parts("docx", "", "Inside."))));
        assertThat(end("archived.docx", zip(embedding(archive, "zip", NEEDLE))))
                .contains(NEEDLE)
                .doesNotContain("Inside.");
    }

    @ParameterizedTest
    @Tag("U4")
    @ValueSource(strings = {"zeros.gz", "zeros.docx", "zeros.txt", "zeros.odt"})
    void whatIsCompressedByItselfIsNoDocument(String name) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(new byte[10 << 20]);
        }

        assertThat(end(name, bytes.toByteArray())).isEqualTo("refused: unsupported_media_type");
    }

    @TestFactory
    @Tag("U5")
    Stream<DynamicTest> entitiesAreNotReadWhereverAFormatHasXml() {
        var there = "http://127.0.0.1:" + ear.getLocalPort();
        var file = directory.resolve("secret.txt").toUri();
        var laughs = new StringBuilder("<!DOCTYPE x [<!ENTITY e0 \"ha\">");
        for (int i = 1; i < 10; i++) {
            laughs.append("<!ENTITY e")
                    .append(i)
                    .append(" \"")
                    .append(("&e" + (i - 1) + ";").repeat(10))
                    .append("\">");
        }
        // What stands before the root, and where words stand.
        var attacks = Map.of(
                "a file",
                List.of("<!DOCTYPE x [<!ENTITY e SYSTEM \"" + file + "\">]>", "&e;"),
                "an address",
                List.of("<!DOCTYPE x [<!ENTITY e SYSTEM \"" + there + "/entity\">]>", "&e;"),
                "a parameter",
                List.of("<!DOCTYPE x [<!ENTITY % p SYSTEM \"" + there + "/parameter\"> %p;]>", ""),
                "a parameter in a file",
                List.of("<!DOCTYPE x [<!ENTITY % p SYSTEM \"" + file + "\"> %p;]>", ""),
                "a definition elsewhere",
                List.of("<!DOCTYPE x SYSTEM \"" + there + "/definition\">", ""),
                "a billion laughs",
                List.of(laughs + "<!ENTITY e \"&e9;\">]>", "&e;"),
                "a square",
                List.of("<!DOCTYPE x [<!ENTITY e \"" + "a".repeat(100_000) + "\">]>", "&e;".repeat(100_000)));
        return Stream.of("docx", "xlsx", "pptx", "odt", "ods", "odp", "epub", "html", "xhtml", "xml")
                .flatMap(format -> Stream.concat(
                        Stream.of(DynamicTest.dynamicTest(
                                format + ": none", () -> assertThat(end("sound." + format, file(format, "", NEEDLE)))
                                        .contains(NEEDLE))),
                        attacks.entrySet().stream()
                                .map(attack -> DynamicTest.dynamicTest(format + ": " + attack.getKey(), () -> {
                                    var end = end(
                                            "hostile." + format,
                                            file(
                                                    format,
                                                    attack.getValue().get(0),
                                                    NEEDLE + attack.getValue().get(1)));
                                    assertThat(end).doesNotContain(SECRET).hasSizeLessThan(1_000_000);
                                    assertThat(heard).hasValue(0);
                                }))));
    }

    @Test
    @Tag("U5")
    @Tag("U7")
    void whatAPdfAsksForIsNeitherRunNorFetched() throws Exception {
        var there = "http://127.0.0.1:" + ear.getLocalPort();
        var launched = directory.resolve("launched");
        var bytes = pdf((document, page) -> {
            var catalog = document.getDocumentCatalog().getCOSObject();
            catalog.setItem(COSName.OPEN_ACTION, action("JavaScript", "JS", "app.launchURL('" + there + "/js');"));
            var more = new COSDictionary();
            more.setItem("O", action("Launch", "F", "/usr/bin/touch " + launched));
            more.setItem("C", action("GoToR", "F", there + "/remote.pdf"));
            page.getCOSObject().setItem("AA", more);
            var link = new COSDictionary();
            link.setItem(COSName.TYPE, COSName.ANNOT);
            link.setItem(COSName.SUBTYPE, COSName.getPDFName("Link"));
            link.setItem(COSName.A, action("URI", "URI", there + "/uri"));
            var links = new COSArray();
            links.add(link);
            page.getCOSObject().setItem(COSName.ANNOTS, links);
            var form = new COSDictionary();
            form.setItem(COSName.FIELDS, new COSArray());
            form.setItem(COSName.XFA, stream("""
                    <!DOCTYPE x [<!ENTITY % p SYSTEM "{there}/xfa"> %p; <!ENTITY e SYSTEM "{file}">]>
                    <xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">&e;</xdp:xdp>
                    """.replace("{there}", there)
                    .replace("{file}", directory.resolve("secret.txt").toUri().toString())));
            catalog.setItem(COSName.ACRO_FORM, form);
            // Its content is said to be in a file elsewhere.
            var outside = stream("");
            var name = new COSDictionary();
            name.setString("F", there + "/stream");
            name.setName("FS", "URL");
            outside.setItem("F", name);
            var resources = new COSDictionary();
            resources.setItem("X", outside);
            catalog.setItem("Outside", resources);
            var embedded = new COSDictionary();
            embedded.setItem("F", stream(SECRET));
            var specification = new COSDictionary();
            specification.setString("F", "inside.txt");
            specification.setItem("EF", embedded);
            var files = new COSArray();
            files.add(new COSString("inside.txt"));
            files.add(specification);
            var names = new COSDictionary();
            names.setItem("Names", files);
            var tree = new COSDictionary();
            tree.setItem("EmbeddedFiles", names);
            catalog.setItem("Names", tree);
        });

        assertThat(end("asking.pdf", bytes)).contains(NEEDLE).doesNotContain(SECRET);
        assertThat(launched).doesNotExist();
    }

    @Test
    @Tag("U7")
    void whatAnOfficeFileAsksForIsNeitherRunNorFetched() throws Exception {
        var there = "http://127.0.0.1:" + ear.getLocalPort();
        var launched = directory.resolve("launched");
        var parts = parts("docx", "", NEEDLE);
        var fields = new StringBuilder();
        for (var field : List.of(
                "DDEAUTO /bin/sh \"-c 'touch " + launched + "'\"",
                "INCLUDETEXT \"" + there + "/text\"",
                "INCLUDEPICTURE \"" + there + "/picture\"",
                "LINK Excel.Sheet \"" + there + "/link\" a1")) {
            fields.append("<w:p><w:fldSimple w:instr=\"")
                    .append(escaped(field))
                    .append("\"><w:r><w:t>field</w:t></w:r></w:fldSimple></w:p>");
        }
        parts.computeIfPresent("word/document.xml", (name, xml) -> new String(xml, UTF_8)
                .replace("</w:body>", fields + "<w:altChunk r:id=\"r9\"/></w:body>")
                .getBytes(UTF_8));
        parts.put("word/vbaProject.bin", SECRET.getBytes(UTF_8));
        var relations = new StringBuilder();
        for (var kind : List.of("aFChunk", "oleObject", "attachedTemplate", "frame", "subDocument", "hyperlink")) {
            relations.append(relation("r" + (9 + relations.length()), kind, there + "/" + kind, true));
        }
        parts.put("word/_rels/document.xml.rels", relations(relations.toString()));

        for (var name : List.of("asking.docx", "asking.docm")) {
            assertThat(end(name, zip(parts))).contains(NEEDLE).doesNotContain(SECRET);
        }
        assertThat(launched).doesNotExist();
    }

    private interface Making {
        void with(PDDocument document, PDPage page) throws IOException;
    }

    private static byte[] pdf(Making making) throws IOException {
        try (var document = new PDDocument()) {
            var page = new PDPage();
            document.addPage(page);
            try (var content = new PDPageContentStream(document, page)) {
                content.beginText();
                content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
                content.newLineAtOffset(72, 700);
                content.showText(NEEDLE);
                content.endText();
            }
            making.with(document, page);
            var bytes = new ByteArrayOutputStream();
            document.save(bytes);
            return bytes.toByteArray();
        }
    }

    private static COSDictionary action(String kind, String key, String value) {
        var action = new COSDictionary();
        action.setName(COSName.TYPE, "Action");
        action.setItem(COSName.S, COSName.getPDFName(kind));
        action.setString(key, value);
        return action;
    }

    private static COSStream stream(String content) throws IOException {
        var stream = new COSStream();
        try (OutputStream out = stream.createOutputStream()) {
            out.write(content.getBytes(UTF_8));
        }
        return stream;
    }

    @Test
    @Tag("U6")
    void aPasswordToOpenIsAskedForAndOneToChangeIsHonoured() throws Exception {
        var all = new AccessPermission();
        var none = new AccessPermission();
        none.setCanExtractContent(false);

        assertThat(end("user.pdf", locked("owner", "user", all))).isEqualTo("refused: encrypted");
        assertThat(end("owner.pdf", locked("owner", "", all))).contains(NEEDLE);
        assertThat(end("forbidden.pdf", locked("owner", "", none))).isEqualTo("refused: encrypted");
        for (var mode : List.of(EncryptionMode.agile, EncryptionMode.standard)) {
            for (var format : List.of("docx", "xlsx", "pptx")) {
                assertThat(end("locked." + format, locked(mode, zip(parts(format, "", NEEDLE)))))
                        .as(mode + " " + format)
                        .isEqualTo("refused: encrypted");
            }
        }
        // The bit that says so, of the only entry.
        byte[] archive = zip(Map.of("inner.txt", NEEDLE.getBytes(UTF_8)));
        archive[6] |= 1;
        assertThat(end("locked.zip", archive)).isEqualTo("refused: unsupported_media_type");
    }

    private static byte[] locked(String owner, String user, AccessPermission may) throws IOException {
        return pdf((document, page) -> document.protect(new StandardProtectionPolicy(owner, user, may)));
    }

    private static byte[] locked(EncryptionMode mode, byte[] document) throws Exception {
        try (var container = new POIFSFileSystem()) {
            var encryptor = new EncryptionInfo(mode).getEncryptor();
            encryptor.confirmPassword("hunter2");
            try (var out = encryptor.getDataStream(container)) {
                out.write(document);
            }
            var bytes = new ByteArrayOutputStream();
            container.writeFilesystem(bytes);
            return bytes.toByteArray();
        }
    }

    @Test
    @Tag("U8")
    void aPictureOnAPageThatContainsItselfIsNotDrawnForEver() throws Exception {
        assertThat(end("again.pdf", containing("/Again Do"))).contains(NEEDLE);
        try (var hasty = extraction(null, Duration.ofSeconds(3))) {
            assertThat(end(hasty, "again.pdf", containing("/Again Do /Again Do")))
                    .isEqualTo("refused: took_too_long");
        }
    }

    private static byte[] containing(String itself) throws IOException {
        return pdf((document, page) -> {
            var form = stream(itself);
            form.setItem(COSName.TYPE, COSName.XOBJECT);
            form.setItem(COSName.SUBTYPE, COSName.FORM);
            var box = new COSArray();
            List.of(0, 0, 600, 800).forEach(edge -> box.add(COSInteger.get(edge)));
            form.setItem(COSName.BBOX, box);
            var pictures = new COSDictionary();
            pictures.setItem("Again", form);
            var resources = new COSDictionary();
            resources.setItem(COSName.XOBJECT, pictures);
            form.setItem(COSName.RESOURCES, resources);
            page.getResources().getCOSObject().setItem(COSName.XOBJECT, pictures);
            page.getCOSObject().setItem(COSName.CONTENTS, contents(page, stream("/Again Do")));
        });
    }

    private static COSArray contents(PDPage page, COSStream more) {
        var both = new COSArray();
        both.add(page.getCOSObject().getItem(COSName.CONTENTS));
        both.add(more);
        return both;
    }

    @Test
    @Tag("U8")
    void aBillionPagesAreRefusedByTheirNumber() throws Exception {
        var bytes = pdf((document, page) -> document.getPages().getCOSObject().setInt(COSName.COUNT, 1_000_000_000));

        assertThat(end("declared.pdf", bytes)).isEqualTo("refused: too_much_text");
    }

    @Test
    @Tag("U8")
    void aMillionObjectsEndInARefusal() throws Exception {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(
                "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
                        .getBytes(ISO_8859_1));
        for (int i = 3; i < 1_000_000; i++) {
            bytes.writeBytes((i + " 0 obj[" + (i + 1) + " 0 R]endobj\n").getBytes(ISO_8859_1));
        }
        bytes.writeBytes("trailer<</Root 1 0 R/Size 1000000>>\n%%EOF".getBytes(ISO_8859_1));

        try (var hasty = extraction(null, Duration.ofSeconds(3))) {
            assertThat(end(hasty, "objects.pdf", bytes.toByteArray())).startsWith("refused: ");
        }
    }

    /** Decoded, its bits are ten gigabytes of grey. */
    @Test
    @Tag("U8")
    void aFloodOfDotsOnAPageTakesNothingWithItButThePage() throws Exception {
        var program = directory.resolve("tesseract-stub");
        Files.writeString(program, "#!/bin/sh\n[ \"$1\" = --list-langs ] && echo List && echo eng\nexit 0\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        var bytes = pdf((document, first) -> {
            var page = new PDPage();
            document.addPage(page);
            var image = new COSStream();
            try (OutputStream out = image.createOutputStream(COSName.FLATE_DECODE)) {
                var row = new byte[50_000];
                for (int i = 0; i < 10_000; i++) {
                    out.write(row);
                }
            }
            image.setItem(COSName.TYPE, COSName.XOBJECT);
            image.setItem(COSName.SUBTYPE, COSName.IMAGE);
            image.setInt(COSName.WIDTH, 50_000);
            image.setInt(COSName.HEIGHT, 50_000);
            image.setInt(COSName.BITS_PER_COMPONENT, 8);
            image.setItem(COSName.COLORSPACE, COSName.DEVICEGRAY);
            var pictures = new COSDictionary();
            pictures.setItem("Flood", image);
            var resources = new COSDictionary();
            resources.setItem(COSName.XOBJECT, pictures);
            page.getCOSObject().setItem(COSName.RESOURCES, resources);
            page.getCOSObject().setItem(COSName.CONTENTS, stream("500 0 0 700 0 0 cm /Flood Do"));
        });

        try (var recognizing =
                extraction(new Ocr(program, Duration.ofSeconds(5), Duration.ofSeconds(10)), WALL_CLOCK)) {
            assertThat(end(recognizing, "flood.pdf", bytes)).contains(NEEDLE).containsPattern("Page 2 is ");
        }
    }

    @TestFactory
    @Tag("U11")
    Stream<DynamicTest> trapsInATextLeaveItsWords() {
        var traps = new LinkedHashMap<String, byte[]>();
        traps.put("bidi", "nee\u202Edl\u2066e\u2069\u202C".getBytes(UTF_8));
        traps.put("zero width", "n\u200Bee\u2060d\uFEFFl\u00ADe".getBytes(UTF_8));
        traps.put("a null", ("nee\0dle" + " in words".repeat(20)).getBytes(UTF_8));
        traps.put("nulls", ("nee\0\0\0dle" + " in words".repeat(20)).getBytes(UTF_8));
        traps.put("no characters", "needle \uFFFE\uFFFF\uFFF9".getBytes(UTF_8));
        traps.put("half a pair, as CESU-8 has it", "needle \u00ed\u00a0\u0080".getBytes(ISO_8859_1));
        traps.put("too long for UTF-8", "needle \u00c0\u00ae\u00c0\u00af\u00e0\u0080\u0080".getBytes(ISO_8859_1));
        traps.put("two encodings", ("needle gr\u00c3\u00b6\u00dfe gr\u00f6\u00dfe").getBytes(ISO_8859_1));
        traps.put("UTF-16 with a mark", "\uFEFFneedle \u00e4 \u20ac".getBytes(UTF_16LE));
        traps.put("the other UTF-16 with a mark", "\uFEFFneedle \u00e4 \u20ac".getBytes(UTF_16BE));
        traps.put("UTF-16 without", "needle and thread".getBytes(UTF_16LE));
        traps.put("UTF-16 with half a pair", new byte[] {
            -1, -2, 0, (byte) 0xd8, ' ', 0, 'n', 0, 'e', 0, 'e', 0, 'd', 0, 'l', 0, 'e', 0, 0, (byte) 0xdc
        });
        traps.put("UTF-16 with an odd end", new byte[] {-1, -2, 'n', 0, 'e', 0, 'e', 0, 'd', 0, 'l', 0, 'e', 0, ' '});
        return Stream.of("txt", "csv", "md", "html").flatMap(format -> traps.entrySet().stream()
                .map(trap -> DynamicTest.dynamicTest(format + ": " + trap.getKey(), () -> assertThat(
                                end("trap." + format, format.equals("html") ? page(trap) : trap.getValue()))
                        .contains("needle"))));
    }

    /** In the encoding of what is on it. */
    private static byte[] page(Map.Entry<String, byte[]> trap) {
        byte[] words = trap.getValue();
        var wide = trap.getKey().contains("UTF-16");
        var big = trap.getKey().contains("other");
        var mark = wide && (words[0] & 0xFE) == 0xFE ? 2 : 0;
        var page = new ByteArrayOutputStream();
        page.write(words, 0, mark);
        page.writeBytes("<html><body><p>".getBytes(!wide ? UTF_8 : big ? UTF_16BE : UTF_16LE));
        page.write(words, mark, words.length - mark);
        return page.toByteArray();
    }

    @ParameterizedTest
    @Tag("U11")
    @ValueSource(strings = {"txt", "csv", "md", "html", "xml", "eml"})
    void aLineOfTenMegabytesIsReadInTime(String format) throws Exception {
        var line = "needle " + "word ".repeat(2_000_000);
        var file =
                switch (format) {
                    case "html", "xml" -> file(format, "", line);
                    case "eml" -> ("From: a@example.org\r\nSubject: Long\r\n\r\n" + line).getBytes(UTF_8);
                    default -> line.getBytes(UTF_8);
                };

        assertThat(end("line." + format, file)).contains("needle").hasSizeGreaterThan(9_000_000);
    }

    private String end(String name, byte[] bytes) throws Exception {
        return end(extraction, name, bytes);
    }

    /** The text with its notes, or "refused: " and why. */
    private String end(ExtractionProcess reader, String name, byte[] bytes) throws Exception {
        var sniffer = new FormatSniffer();
        sniffer.update(bytes, 0, bytes.length);
        long began = System.nanoTime();
        try {
            var file = Files.write(directory.resolve("document"), bytes);
            ExtractedText text =
                    reader.extract(file, sniffer.finish(name).mediaType(), Language.ENGLISH, (done, total) -> {});
            Invariants.hold(text);
            return SharedFiles.textOf(text) + String.join("\n", text.notes());
        } catch (Unreadable e) {
            return "refused: " + e.code();
        } catch (Failure.UnsupportedMediaType e) {
            return "refused: " + e.code();
        } finally {
            assertThat(Duration.ofNanos(System.nanoTime() - began)).as(name).isLessThan(WALL_CLOCK.multipliedBy(2));
        }
    }

    private static String ending(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static byte[] file(String format, String prolog, String text) throws IOException {
        return switch (format) {
            case "html", "xhtml" ->
                (prolog.isEmpty() ? "<!DOCTYPE html>" : prolog)
                        .concat("<html xmlns=\"http://www.w3.org/1999/xhtml\"><body><p>" + text + "</p></body></html>")
                        .getBytes(UTF_8);
            case "xml" -> (prolog + "<x><p>" + text + "</p></x>").getBytes(UTF_8);
            default -> zip(parts(format, prolog, text));
        };
    }

    private static final String OFFICE = "http://schemas.openxmlformats.org/";

    /**
     * The entries of a document with one sentence.
     *
     * @param prolog before the root of each XML that has words
     */
    private static Map<String, byte[]> parts(String format, String prolog, String text) {
        var parts = new LinkedHashMap<String, byte[]>();
        switch (format) {
            case "docx" -> {
                packaged(parts, "word/document.xml", "wordprocessingml.document", "");
                parts.put("word/document.xml", xml(prolog, """
                        <w:document xmlns:w="%1$swordprocessingml/2006/main"
                         xmlns:r="%1$sofficeDocument/2006/relationships"><w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body>
                        </w:document>""", text));
            }
            case "xlsx" -> {
                packaged(parts, "xl/workbook.xml", "spreadsheetml.sheet", """
                        <Override PartName="/xl/worksheets/sheet1.xml"
                         ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
                        <Override PartName="/xl/sharedStrings.xml"
                         ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>""");
                parts.put("xl/workbook.xml", xml("", """
                        <workbook xmlns="%1$sspreadsheetml/2006/main" xmlns:r="%1$sofficeDocument/2006/relationships">
                        <sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>""", ""));
                parts.put(
                        "xl/_rels/workbook.xml.rels",
                        relations(relation("r1", "worksheet", "worksheets/sheet1.xml", false)
                                + relation("r2", "sharedStrings", "sharedStrings.xml", false)));
                parts.put("xl/worksheets/sheet1.xml", xml(prolog, """
                        <worksheet xmlns="%1$sspreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>
                        <c r="B1" t="inlineStr"><is><t>{}</t></is></c></row></sheetData></worksheet>""", text));
                parts.put("xl/sharedStrings.xml", xml(prolog, """
                        <sst xmlns="%1$sspreadsheetml/2006/main"><si><t>{}</t></si></sst>""", text));
            }
            case "pptx" -> {
                packaged(parts, "ppt/presentation.xml", "presentationml.presentation", """
                        <Override PartName="/ppt/slides/slide1.xml"
                         ContentType="application/vnd.openxmlformats-officedocument.presentationml.slide+xml"/>""");
                parts.put("ppt/presentation.xml", xml("", """
                        <p:presentation xmlns:p="%1$spresentationml/2006/main"
                         xmlns:r="%1$sofficeDocument/2006/relationships"><p:sldIdLst><p:sldId id="256" r:id="r1"/>
                        </p:sldIdLst></p:presentation>""", ""));
                parts.put(
                        "ppt/_rels/presentation.xml.rels",
                        relations(relation("r1", "slide", "slides/slide1.xml", false)));
                parts.put("ppt/slides/slide1.xml", xml(prolog, """
                        <p:sld xmlns:p="%1$spresentationml/2006/main" xmlns:a="%1$sdrawingml/2006/main"><p:cSld><p:spTree>
                        <p:sp><p:nvSpPr><p:cNvPr id="2" name="T"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody>
                        <a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>""", text));
            }
            case "odt", "ods", "odp" -> {
                var kind = Map.of("odt", "text", "ods", "spreadsheet", "odp", "presentation");
                var body = Map.of(
                        "odt",
                        "<text:p>{}</text:p>",
                        "ods",
                        "<table:table table:name=\"S\"><table:table-row><table:table-cell><text:p>{}</text:p>"
                                + "</table:table-cell></table:table-row></table:table>",
                        "odp",
                        "<draw:page><draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame></draw:page>");
                parts.put("mimetype", ("application/vnd.oasis.opendocument." + kind.get(format)).getBytes(UTF_8));
                parts.put("META-INF/manifest.xml", xml(prolog, "<manifest/>", ""));
                parts.put(
                        "content.xml",
                        xml(
                                prolog,
                                """
                        <office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
                         xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
                         xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
                         xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"><office:body><office:KIND>BODY</office:KIND>
                        </office:body></office:document-content>""".replace("KIND", String.valueOf(kind.get(format)))
                                        .replace("BODY", String.valueOf(body.get(format))),
                                text));
            }
            case "epub" -> {
                parts.put("mimetype", "application/epub+zip".getBytes(UTF_8));
                parts.put("META-INF/container.xml", xml(prolog, """
                        <container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
                        <rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>""", ""));
                parts.put("book.opf", xml(prolog, """
                        <package xmlns="http://www.idpf.org/2007/opf" version="2.0"><manifest>
                        <item id="one" href="one.xhtml" media-type="application/xhtml+xml"/></manifest>
                        <spine><itemref idref="one"/></spine></package>""", ""));
                parts.put("one.xhtml", xml(prolog, """
                        <html xmlns="http://www.w3.org/1999/xhtml"><body><p>{}</p></body></html>""", text));
            }
            default -> throw new IllegalArgumentException(format);
        }
        return parts;
    }

    private static void packaged(Map<String, byte[]> parts, String main, String type, String others) {
        parts.put(
                "[Content_Types].xml",
                xml("", """
                <Types xmlns="%1$spackage/2006/content-types">
                <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
                <Default Extension="xml" ContentType="application/xml"/>
                <Default Extension="docx"
                 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document"/>
                <Default Extension="zip" ContentType="application/zip"/>
                <Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>
                <Override PartName="/MAIN" ContentType="application/vnd.openxmlformats-officedocument.TYPE.main+xml"/>OTHERS
                </Types>""".replace("MAIN", main).replace("TYPE", type).replace("OTHERS", others), ""));
        parts.put("_rels/.rels", relations(relation("r1", "officeDocument", main, false)));
    }

    /** A document with another file inside. */
    private static Map<String, byte[]> embedding(byte[] inner, String ending, String text) {
        var parts = parts("docx", "", text);
        parts.put("word/embeddings/inner." + ending, inner);
        parts.put(
                "word/_rels/document.xml.rels",
                relations(relation("r1", "package", "embeddings/inner." + ending, false)));
        return parts;
    }

    private static String relation(String id, String kind, String target, boolean external) {
        return "<Relationship Id=\"" + id + "\" Type=\"" + OFFICE + "officeDocument/2006/relationships/" + kind
                + "\" Target=\"" + target + "\"" + (external ? " TargetMode=\"External\"" : "") + "/>";
    }

    private static byte[] relations(String relations) {
        return ("<Relationships xmlns=\"" + OFFICE + "package/2006/relationships\">" + relations + "</Relationships>")
                .getBytes(UTF_8);
    }

    private static byte[] xml(String prolog, String template, String text) {
        return (prolog + template.replace("%1$s", OFFICE).replace("{}", text)).getBytes(UTF_8);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("\"", "&quot;");
    }

    private static byte[] zip(Map<String, byte[]> parts) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var part : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                var around = new String(part.getValue(), ISO_8859_1).split(MORE, -1);
                zip.write(around[0].getBytes(ISO_8859_1));
                if (around.length > 1) {
                    var megabyte = "wordword".repeat(1 << 17).getBytes(UTF_8);
                    for (int i = 0; i < MEGABYTES; i++) {
                        zip.write(megabyte);
                    }
                    zip.write(around[1].getBytes(ISO_8859_1));
                }
            }
        }
        return bytes.toByteArray();
    }
}
