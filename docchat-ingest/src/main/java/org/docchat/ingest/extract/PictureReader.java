package org.docchat.ingest.extract;

import java.awt.Color;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.docchat.ingest.extract.PdfGlyphs.PageLines;

/** Reads pictures of documents, as scanners, fax servers, telephones and screens make them: each frame is a page. */
final class PictureReader {
    /** Of A4, in points: what pictures say of their size is seldom true. */
    private static final float LONGER_SIDE = 842;
    /** Twice a page of the format A0 at 300 dots per inch. */
    private static final long MOST_DOTS = 280_000_000;
    /** What a telephone takes; of larger pictures not all dots are decoded. */
    private static final double MOST_DECODED = 25e6;

    private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};

    private final ImageReader reader;
    private final int quarters;

    private PictureReader(ImageReader reader, int quarters) {
        this.reader = reader;
        this.quarters = quarters;
    }

    static void read(Path file, String mediaType, Recognition recognition, TextBuilder builder) throws IOException {
        var reader = ImageIO.getImageReadersByMIMEType(mediaType).next();
        try (var in = ImageIO.createImageInputStream(file.toFile())) {
            int quarters = mediaType.equals("image/jpeg") ? quarters(in) : 0;
            reader.setInput(in);
            // Behind the first picture of a JPEG come previews and depth maps, if anything.
            int frames = mediaType.equals("image/tiff") ? reader.getNumImages(true) : 1;
            new PictureReader(reader, quarters).read(frames, recognition, builder);
        } finally {
            reader.dispose();
        }
    }

    private void read(int frames, Recognition recognition, TextBuilder builder) throws IOException {
        builder.expectPages(frames);
        var pages = new ArrayList<PageLines>();
        for (int frame = 0; frame < frames; frame++) {
            pages.add(page(frame));
            builder.progress(frame + 1, frames);
        }
        new ScannedPages(this::picture, recognition, builder).read(pages);
        if (pages.stream().allMatch(PageLines::damaged)) {
            throw Refused.damaged();
        }
        PdfReader.noteDamaged(pages, builder);
        new PdfLayout(pages, new PdfOutline(), null, builder).compose(true);
    }

    private PageLines page(int frame) throws IOException {
        int width = reader.getWidth(frame);
        int height = reader.getHeight(frame);
        if ((long) width * height > MOST_DOTS) {
            throw new Refused(
                    "too_large",
                    "The picture has " + width + " × " + height + " dots, and at most " + MOST_DOTS / 1_000_000
                            + " million are read. Make it smaller and upload it again.");
        }
        float scale = LONGER_SIDE / Math.max(width, height);
        boolean swapped = quarters % 2 == 1;
        return new PageLines(
                frame + 1,
                (swapped ? height : width) * scale,
                (swapped ? width : height) * scale,
                0,
                List.of(),
                true,
                false);
    }

    /**
     * How far a telephone says that it was turned, in quarters clockwise from what is stored to what is shown, as
     * browsers show it: Exif 2.32, tag 274.
     */
    private static int quarters(ImageInputStream jpeg) throws IOException {
        jpeg.mark();
        try {
            jpeg.skipBytes(2);
            // Whatever stands before the picture itself.
            for (int marker = jpeg.readUnsignedShort(); marker >> 4 == 0xffe; marker = jpeg.readUnsignedShort()) {
                var segment = new byte[Math.max(0, jpeg.readUnsignedShort() - 2)];
                jpeg.readFully(segment);
                if (segment.length > EXIF.length && Arrays.equals(segment, 0, EXIF.length, EXIF, 0, EXIF.length)) {
                    return quarters(Arrays.copyOfRange(segment, EXIF.length, segment.length));
                }
            }
            return 0;
        } finally {
            jpeg.reset();
        }
    }

    /** What cameras write of a picture has the form of a TIFF without one. */
    private static int quarters(byte[] exif) {
        var tiff = ImageIO.getImageReadersByFormatName("tiff").next();
        try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(exif))) {
            tiff.setInput(in);
            var field = TIFFDirectory.createFromMetadata(tiff.getImageMetadata(0))
                    .getTIFFField(BaselineTIFFTagSet.TAG_ORIENTATION);
            return field == null
                    ? 0
                    : switch (field.getAsInt(0)) {
                        case 6 -> 1;
                        case 3 -> 2;
                        case 8 -> 3;
                        default -> 0;
                    };
        } catch (IOException | RuntimeException e) {
            // The picture is sound.
            e.printStackTrace();
            return 0;
        } finally {
            tiff.dispose();
        }
    }

    private BufferedImage picture(int page, int dotsPerInch) throws IOException {
        int frame = page - 1;
        var parameters = reader.getDefaultReadParam();
        double width = reader.getWidth(frame);
        double height = reader.getHeight(frame);
        int step = (int) Math.ceil(Math.sqrt(width * height / MOST_DECODED));
        parameters.setSourceSubsampling(step, step, 0, 0);
        var decoded = reader.read(frame, parameters);
        double scale = LONGER_SIDE / 72 * dotsPerInch / Math.max(width, height);
        var gray = new BufferedImage(
                Math.max(1, (int) Math.round(width * scale)),
                Math.max(1, (int) Math.round(height * scale)),
                BufferedImage.TYPE_BYTE_GRAY);
        var graphics = gray.createGraphics();
        // What is transparent is paper.
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, gray.getWidth(), gray.getHeight());
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(decoded, 0, 0, gray.getWidth(), gray.getHeight(), null);
        graphics.dispose();
        return ScannedPages.turned(gray, quarters);
    }
}
