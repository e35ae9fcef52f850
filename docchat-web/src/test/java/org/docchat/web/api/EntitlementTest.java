package org.docchat.web.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.docchat.web.security.CurrentCaller;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("What goes on after its request goes on while it may")
@Tag("A6")
class EntitlementTest {
    @Test
    void aDownloadBreaksOffWithWhatItWasAskedBy() throws Exception {
        var good = new AtomicBoolean(true);
        var current = new CurrentCaller() {
            @Override
            public BooleanSupplier standing() {
                return good::get;
            }
        };
        var sent = new ByteArrayOutputStream();
        var piece = new byte[1 << 20];
        try (var out = Entitlement.of(current).limit(sent)) {
            out.write(piece);
            good.set(false);
            // Looked up once a second.
            Thread.sleep(1_100);

            assertThatThrownBy(() -> out.write(piece)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class);
        }
        assertThat(sent.size()).isEqualTo(piece.length);
    }
}
