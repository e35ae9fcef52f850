package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.docchat.query.SignatureBlocks.Version;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Blocks of signatures are kept up to a size, each by its id and the transaction that wrote it")
class SignatureBlocksTest {
    /** A megabyte. */
    private static SignatureBlock block() {
        return new SignatureBlock(1, new long[1 << 16], new long[1 << 16]);
    }

    @Test
    void whatIsKeptIsBoundedAndWhatIsInUseIsNotDriven() {
        var blocks = new SignatureBlocks();
        for (int i = 1; i <= 100; i++) {
            blocks.keep(new Version(i, 1), block());
        }

        assertThat(blocks.known()).hasSize(24);
        for (int i = 1; i <= 24; i++) {
            assertThat(blocks.known().get(new Version(i, 1))).isNotNull();
        }
    }

    @Test
    void theSameBlockIsKeptOnce() {
        var blocks = new SignatureBlocks();
        for (int i = 1; i <= 100; i++) {
            blocks.keep(new Version(1, 1), block());
        }
        blocks.keep(new Version(2, 1), block());

        assertThat(blocks.known().keySet()).containsExactlyInAnyOrder(new Version(1, 1), new Version(2, 1));
    }

    @Test
    void anotherBlockOfTheSameIdIsAnother() {
        var blocks = new SignatureBlocks();
        blocks.keep(new Version(1, 700), block());

        assertThat(blocks.known().get(new Version(1, 690))).isNull();
    }
}
