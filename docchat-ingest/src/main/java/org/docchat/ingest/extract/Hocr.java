package org.docchat.ingest.extract;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The lines that Tesseract saw in a picture, read from its output in hOCR (T. Breuel, "The hOCR Microformat for OCR
 * Workflow and Results", 2007).
 */
final class Hocr {
    private static final Pattern BOX = Pattern.compile("bbox (-?\\d+) (-?\\d+) (-?\\d+) (-?\\d+)");
    private static final Pattern BASELINE = Pattern.compile("baseline (-?[\\d.]+) (-?[\\d.]+)");
    private static final Pattern SIZE = Pattern.compile("x_size ([\\d.]+)");
    private static final Pattern CONFIDENCE = Pattern.compile("x_wconf (\\d+)");

    /** What Tesseract calls a size reaches from the descenders to the ascenders. */
    private static final float OF_FONT = 0.95f;
    /** Below this mean, a line is a texture that was taken for writing. */
    private static final float LEAST_CONFIDENCE = 40;
    /** Sizes are estimated from few letters: what differs by less is the same. */
    private static final float ALIKE = 0.2f;

    private record Word(String text, float x0, float x1, float top, float bottom, int confidence) {}

    /**
     * @param certainty by how much the words are better than guesses; comparable for turns of one picture
     * @param confident whether there is no reason to try the picture turned
     */
    record Reading(List<PdfLine> lines, float certainty, boolean confident) {}

    private final float scale;
    private final List<Line> lines = new ArrayList<>();

    private Hocr(float scale) {
        this.scale = scale;
    }

    /** @param scale from dots to points */
    static Reading read(String hocr, float scale) throws XMLStreamException {
        var factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader xml = factory.createXMLStreamReader(new StringReader(hocr));
        var page = new Hocr(scale);
        while (xml.hasNext()) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                page.element(xml);
            }
        }
        return page.reading();
    }

    private void element(XMLStreamReader xml) throws XMLStreamException {
        String type = String.valueOf(xml.getAttributeValue(null, "class"));
        String title = String.valueOf(xml.getAttributeValue(null, "title"));
        if (type.equals("ocrx_word")) {
            Matcher box = BOX.matcher(title);
            Matcher confidence = CONFIDENCE.matcher(title);
            if (box.find() && confidence.find() && !lines.isEmpty()) {
                var word = new Word(
                        Characters.fold(Characters.clean(text(xml))),
                        Float.parseFloat(box.group(1)),
                        Float.parseFloat(box.group(3)),
                        Float.parseFloat(box.group(2)),
                        Float.parseFloat(box.group(4)),
                        Integer.parseInt(confidence.group(1)));
                if (!word.text().isEmpty()) {
                    lines.get(lines.size() - 1).words().add(word);
                }
            }
        } else if (title.contains("x_size")) {
            Matcher box = BOX.matcher(title);
            Matcher baseline = BASELINE.matcher(title);
            Matcher size = SIZE.matcher(title);
            if (box.find() && size.find()) {
                boolean sloped = baseline.find();
                lines.add(new Line(
                        Float.parseFloat(box.group(1)),
                        Float.parseFloat(box.group(4)),
                        sloped ? Float.parseFloat(baseline.group(1)) : 0,
                        sloped ? Float.parseFloat(baseline.group(2)) : 0,
                        Float.parseFloat(size.group(1)) * OF_FONT,
                        new ArrayList<>()));
            }
        }
    }

    private static String text(XMLStreamReader xml) throws XMLStreamException {
        var text = new StringBuilder();
        for (int depth = 1; depth > 0; ) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> depth++;
                case XMLStreamConstants.END_ELEMENT -> depth--;
                case XMLStreamConstants.CHARACTERS -> text.append(xml.getText());
                default -> {
                    // Comments say nothing here.
                }
            }
        }
        return text.toString();
    }

    private Reading reading() {
        lines.removeIf(line -> line.words().isEmpty() || line.confidence() < LEAST_CONFIDENCE);
        float body = bodySize();
        float certainty = 0;
        int characters = 0;
        var read = new ArrayList<PdfLine>();
        for (Line line : lines) {
            float size = Math.abs(line.size() - body) <= ALIKE * body ? body : line.size();
            read.add(line.toPoints(size, scale));
            for (Word word : line.words()) {
                certainty += Math.max(0, word.confidence() - 50) * word.text().length();
                characters += word.text().length();
            }
        }
        return new Reading(read, certainty, certainty > 25 * characters);
    }

    private float bodySize() {
        List<Float> sizes = new ArrayList<>();
        for (Line line : lines) {
            line.words().forEach(word -> sizes.add(line.size()));
        }
        sizes.sort(null);
        return sizes.isEmpty() ? 0 : sizes.get(sizes.size() / 2);
    }

    /** @param rise of the baseline over the box's lower left corner; {@code slope} by dots to the right */
    private record Line(float left, float bottom, float slope, float rise, float size, List<Word> words) {
        float confidence() {
            float sum = 0;
            int characters = 0;
            for (Word word : words) {
                sum += word.confidence() * word.text().length();
                characters += word.text().length();
            }
            return sum / characters;
        }

        /** All words as high as the font, so that they are marked alike, wherever the scan is crooked. */
        PdfLine toPoints(float fontSize, float scale) {
            return new PdfLine(words.stream()
                    .map(word -> {
                        float base = bottom + rise + slope * ((word.x0() + word.x1()) / 2 - left);
                        float top = Math.min(word.top(), base - PdfGlyphs.ASCENT * fontSize);
                        float foot = Math.max(word.bottom(), base + PdfGlyphs.DESCENT * fontSize);
                        return new PdfLine.Word(
                                word.text(),
                                word.x0() * scale,
                                top * scale,
                                word.x1() * scale,
                                foot * scale,
                                fontSize * scale,
                                false,
                                false);
                    })
                    .toList());
        }
    }
}
