package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("Whoever sends too many requests is told when to go on")
@ExtendWith(Installation.Parameter.class)
class LimitsIT {
    private static final int TOO_MANY = 30;

    private final Installation installation;

    LimitsIT(Installation installation) {
        this.installation = installation;
    }

    @Test
    @Tag("R1")
    void ofABurstByOneKeyAsManyAreServedAsMayAndOthersAreNotHeldUp() throws Exception {
        var ann = installation.newUser("limits.ann");
        var program = ann.withKey(Client.json().add("name", "limits"));
        var threads = Executors.newFixedThreadPool(16);
        try {
            var calls = IntStream.range(0, Installation.REQUESTS_PER_KEY + TOO_MANY)
                    .mapToObj(
                            i -> threads.submit(() -> program.get("/api/v1/me").status()))
                    .toList();
            var statuses = new ArrayList<Integer>();
            for (var call : calls) {
                statuses.add(call.get());
            }
            assertThat(Collections.frequency(statuses, 200)).isEqualTo(Installation.REQUESTS_PER_KEY);
            assertThat(Collections.frequency(statuses, 429)).isEqualTo(TOO_MANY);
        } finally {
            threads.shutdownNow();
        }

        var refused = program.get("/api/v1/me");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().getString("code")).isEqualTo("too_many_requests");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
        assertThat(refused.headers().allValues("RateLimit-Policy"))
                .contains("\"key\";q=" + Installation.REQUESTS_PER_KEY + ";w=60");
        assertThat(refused.headers().allValues("RateLimit"))
                .anySatisfy(limit -> assertThat(limit).matches("\"key\";r=0;t=\\d+"));

        assertThat(ann.withKey(Client.json().add("name", "limits"))
                        .get("/api/v1/me")
                        .status())
                .isEqualTo(200);
        var byToken = ann.get("/api/v1/me");
        assertThat(byToken.status()).isEqualTo(200);
        assertThat(byToken.headers().allValues("RateLimit"))
                .anySatisfy(limit -> assertThat(limit).startsWith("\"user\";r="))
                .anySatisfy(limit -> assertThat(limit).startsWith("\"network\";r="))
                .noneSatisfy(limit -> assertThat(limit).startsWith("\"key\""));
    }
}
