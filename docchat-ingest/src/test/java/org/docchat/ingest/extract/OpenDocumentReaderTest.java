package org.docchat.ingest.extract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("OpenDocument presentations and spreadsheets")
@SuppressWarnings("NullAway.Init")
class OpenDocumentReaderTest {
    private static final String SHEETS = "application/vnd.oasis.opendocument.spreadsheet";
    private static final String SLIDES = "application/vnd.oasis.opendocument.presentation";
    private static final String HEAD = """
            <office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
                xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
                xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
                xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
                xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"><office:body>
            """;
    private static final String TAIL = "</office:body></office:document-content>";

    @TempDir
    Path directory;

    @Test
    void eachSheetIsAPageWithItsName() throws IOException {
        var text = read(
                SHEETS,
                "<office:spreadsheet>" + sheet("Income", "Rent") + sheet("Costs", "Heating") + "</office:spreadsheet>");

        assertThat(text.pages()).extracting(ExtractedText.Page::label).containsExactly("Income", "Costs");
        assertThat(text.pages().get(1).text()).contains("Heating", "42").doesNotContain("Rent");
    }

    private static String sheet(String name, String row) {
        return "<table:table table:name=\"" + name + "\"><table:table-row><table:table-cell><text:p>What</text:p>"
                + "</table:table-cell><table:table-cell><text:p>Euros</text:p></table:table-cell></table:table-row>"
                + "<table:table-row><table:table-cell><text:p>" + row + "</text:p></table:table-cell>"
                + "<table:table-cell table:number-columns-repeated=\"2\"><text:p>42</text:p></table:table-cell>"
                + "<table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row></table:table>";
    }

    @Test
    void eachSlideIsAPageWithItsNotes() throws IOException {
        var text = read(
                SLIDES,
                "<office:presentation>" + slide("Harvest", "Apples are early") + slide("Storage", "Cool")
                        + "</office:presentation>");

        assertThat(text.pages()).hasSize(2);
        assertThat(text.pages().get(0).text()).startsWith("Harvest").contains("Apples are early", "Say hello");
        assertThat(text.pages().get(1).text()).contains("Cool").doesNotContain("Apples");
    }

    private static String slide(String title, String body) {
        return "<draw:page draw:name=\"" + title + "\"><draw:frame><draw:text-box><text:p>" + title
                + "</text:p></draw:text-box></draw:frame><draw:frame><draw:text-box><text:list><text:list-item><text:p>"
                + body + "</text:p></text:list-item></text:list></draw:text-box></draw:frame>"
                + "<presentation:notes><text:p>Say<text:s/>hello</text:p></presentation:notes></draw:page>";
    }

    @Test
    @Tag("U6")
    void anEncryptedOneIsRefusedAsSuch() {
        assertThatThrownBy(() -> new Formats()
                        .read(
                                zip("""
                                        <m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
                                        <m:file-entry><m:encryption-data/></m:file-entry></m:manifest>
                                        """, "garbage"),
                                SHEETS,
                                Recognition.NONE,
                                new TextBuilder(1_000, 10, (done, total) -> {})))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("password");
    }

    @Test
    @Tag("U5")
    void entitiesOfItsOwnAreNotRead() throws IOException {
        var secret = Files.writeString(directory.resolve("secret.txt"), "canary");
        var file = zip(
                "<manifest/>",
                "<!DOCTYPE x [<!ENTITY e SYSTEM \"" + secret.toUri() + "\">]>" + HEAD + "<office:spreadsheet>"
                        + sheet("S", "before&e;after") + "</office:spreadsheet>" + TAIL);
        var builder = new TextBuilder(1_000, 10, (done, total) -> {});
        try {
            new Formats().read(file, SHEETS, Recognition.NONE, builder);
        } catch (Refused e) {
            assertThat(e.reason().code()).isEqualTo("damaged");
        }

        assertThat(builder.build().pages()).noneMatch(page -> page.text().contains("canary"));
    }

    private ExtractedText read(String mediaType, String body) throws IOException {
        var builder = new TextBuilder(10_000, 10, (done, total) -> {});
        new Formats().read(zip("<manifest/>", HEAD + body + TAIL), mediaType, Recognition.NONE, builder);
        return builder.build();
    }

    private Path zip(String manifest, String content) throws IOException {
        var file = directory.resolve("document.zip");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("META-INF/manifest.xml"));
            zip.write(manifest.getBytes(UTF_8));
            zip.putNextEntry(new ZipEntry("content.xml"));
            zip.write(content.getBytes(UTF_8));
        }
        return file;
    }
}
