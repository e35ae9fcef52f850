package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("R5")
@DisplayName("Readers who listen keep nobody else waiting, and are forgotten when they go")
@ExtendWith(Installation.Parameter.class)
class ManyReadersIT {
    private static final int MANY = 500;
    private static final Pattern RUNNING = Pattern.compile("(?m)^docchat_http_requests_running (\\S+)$");

    private final Installation installation;

    ManyReadersIT(Installation installation) {
        this.installation = installation;
    }

    @Test
    void fiveHundredListenOthersAreServedAndWhenTheyBreakOffNoneIsCountedAnyMore() throws Exception {
        var reader = installation.newUser("many.readers");
        var readers = List.of(reader, installation.newUser("more.readers"), installation.newUser("most.readers"));
        var other = installation.newUser("beside.readers");
        var collection = reader.newCollection("Read by many");
        reader.indexed(collection, "small.md", "# Quiet\n\nThe reading room closes at nine.\n".getBytes(UTF_8));
        for (var name : List.of("more.readers", "most.readers")) {
            reader.send("PUT", "/api/v1/collections/" + collection + "/members/" + name, "{\"role\":\"viewer\"}")
                    .requireStatus(204);
        }
        Await.until("nothing but the scrape runs", Duration.ofSeconds(30), () -> running() == 1);

        try (var listeners = new Listeners(installation.address(), readers, collection, MANY)) {
            assertThat(running()).isEqualTo(1 + MANY);
            othersAreServed(other);
        }

        // That they are gone shows when they are written to a second time, each 8 s after the last.
        Await.until("all who went are forgotten", Duration.ofSeconds(60), () -> running() == 1);
    }

    @Test
    @Tag("R1")
    void oneUserMayListenTwoHundredTimesAndLeavesRoomForTheOthers() throws Exception {
        var reader = installation.newUser("all.readers");
        var collection = reader.newCollection("Read by one");
        var other = installation.newUser("else.readers");
        var theirs = other.newCollection("Read by another");

        try (var listeners = new Listeners(installation.address(), List.of(reader), collection, 200)) {
            var refused = reader.begin("/api/v1/collections/" + collection + "/events");

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.json().getString("code")).isEqualTo("too_many_streams");
            assertThat(refused.json().getString("detail")).contains("200", "Close some");
            assertThat(refused.header("Retry-After")).isNotEmpty();
            assertThat(other.begin("/api/v1/collections/" + theirs + "/events").status())
                    .isEqualTo(200);
        }
    }

    private void othersAreServed(Client other) throws SQLException {
        var took = new long[40];
        double inUse = 0;
        for (int i = 0; i < took.length; i++) {
            long began = System.nanoTime();
            other.get("/api/v1/me").requireStatus(200);
            took[i] = (System.nanoTime() - began) / 1_000_000;
            inUse += connectionsInUse();
        }
        Arrays.sort(took);
        assertThat(took[took.length / 2]).as("median in ms").isLessThan(1_000);
        assertThat(took[took.length - 1]).as("longest in ms").isLessThan(5_000);
        assertThat(inUse / took.length).as("connections in use").isLessThan(12);
    }

    private int connectionsInUse() throws SQLException {
        try (var database = installation.database();
                var row = database.createStatement().executeQuery("""
                        select count(*) from pg_stat_activity
                         where state <> 'idle' and pid <> pg_backend_pid() and backend_type = 'client backend'""")) {
            row.next();
            return row.getInt(1);
        }
    }

    private int running() {
        var metrics = RUNNING.matcher(
                installation.anybody().get("/metrics").requireStatus(200).body());
        assertThat(metrics.find()).isTrue();
        return (int) Double.parseDouble(metrics.group(1));
    }
}
