package org.docchat.web.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("A9")
@DisplayName("Proxies that are trusted say who asks, and nobody else does")
class ProxiesTest {
    private final Proxies proxies = Proxies.of(List.of("10.0.0.0/8", "192.0.2.7", "fd00::/12"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Nothing said, or by nobody who is trusted.
                "10.1.2.3     |                                   | 10.1.2.3",
                "198.51.100.1 | 203.0.113.9                       | 198.51.100.1",
                "192.0.2.8    | 203.0.113.9                       | 192.0.2.8",
                "::1          | 203.0.113.9                       | ::1",
                // By one, by two in a row, by one behind somebody who makes things up.
                "10.1.2.3     | 203.0.113.9                       | 203.0.113.9",
                "192.0.2.7    | 203.0.113.9, 10.9.9.9             | 203.0.113.9",
                "10.1.2.3     | 127.0.0.1, 10.5.5.5, 203.0.113.9  | 203.0.113.9",
                "fd0f::1      | 2001:db8::5                       | 2001:db8:0:0:0:0:0:5",
                "fd10::1      | 2001:db8::5                       | fd10::1",
                // As some write addresses.
                "10.1.2.3     | 203.0.113.9:51234                 | 203.0.113.9",
                "10.1.2.3     | [2001:db8::5]:443                 | 2001:db8:0:0:0:0:0:5",
                "10.1.2.3     | ::ffff:203.0.113.9                | 203.0.113.9",
                // What is no address is not looked up; who said it is who is known.
                "10.1.2.3     | localhost                         | 10.1.2.3",
                "10.1.2.3     | 203.0.113.9, unknown              | 10.1.2.3",
                "10.1.2.3     | 203.0.113.9,                      | 10.1.2.3",
                "10.1.2.3     | 1.2.3                             | 10.1.2.3",
                "10.1.2.3     | 999.1.1.1                         | 10.1.2.3",
            })
    void tellWhoAsks(String caller, String forwarded, String client) {
        assertThat(proxies.client(caller, forwarded == null ? List.of() : List.of(forwarded)))
                .isEqualTo(client);
    }

    @Test
    void aHeaderThatIsSentTwiceIsOneList() {
        assertThat(proxies.client("10.1.2.3", List.of("127.0.0.1", "203.0.113.9, 10.4.4.4")))
                .isEqualTo("203.0.113.9");
    }

    @Test
    void withNoneWhoeverConnectsIsWhoAsks() {
        assertThat(Proxies.of(List.of()).client("127.0.0.1", List.of("203.0.113.9")))
                .isEqualTo("127.0.0.1");
    }
}
