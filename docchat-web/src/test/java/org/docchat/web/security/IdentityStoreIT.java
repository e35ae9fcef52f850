package org.docchat.web.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.docchat.web.platform.PreparedDatabase;
import org.docchat.web.platform.Settings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What the database knows of people, and of what they did")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IdentityStoreIT {
    private PreparedDatabase database;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        database = PreparedDatabase.in(directory);
    }

    @AfterAll
    void close() throws Exception {
        database.close();
    }

    @Test
    @Tag("A10")
    void ofTwentyFirstAdministratorsAtOnceOneIsMade() throws Exception {
        database.execute("delete from app_user");
        var nodes = Executors.newFixedThreadPool(20);
        try {
            var starts = nodes.invokeAll(
                    Collections.<Callable<Optional<String>>>nCopies(20, () -> users().createFirstAdministrator(null)));
            var shown = new ArrayList<String>();
            for (var start : starts) {
                start.get().ifPresent(shown::add);
            }

            assertThat(shown).hasSize(1);
            assertThat(users().authenticate("admin", shown.get(0)))
                    .hasValueSatisfying(user -> assertThat(user.admin()).isTrue());
        } finally {
            nodes.shutdownNow();
        }
        assertThat(database.count("select count(*) from app_user")).isEqualTo(1);
    }

    @Test
    @Tag("A10")
    void aFirstAdministratorsPasswordThatIsGuessedFirstStopsTheStart() {
        database.execute("delete from app_user");
        for (var password : List.of("docchat2026", "Admin-2026", "zaq12wsx", "x".repeat(1_025))) {
            assertThatThrownBy(() -> users().createFirstAdministrator(password))
                    .isInstanceOf(Settings.InvalidSetting.class)
                    .hasMessageStartingWith("DOCCHAT_ADMIN_PASSWORD ")
                    .hasMessageNotContaining(password);
        }
        assertThat(database.count("select count(*) from app_user")).isZero();
    }

    @Test
    void whoHasAPasswordThatIsGuessedFirstSignsInAsBefore() {
        var id = database.user("store.bob").id();
        database.execute("insert into credential (user_id, password_hash) values ('" + id + "', '"
                + new Passwords().hash("password1") + "')");

        assertThat(users().authenticate("store.bob", "password1")).isPresent();
        assertThat(users().createFirstAdministrator("docchat2026")).isEmpty();
    }

    @Test
    void aPasswordThatWasHashedMoreWeaklyIsHashedAnewWhenItIsGiven() throws Exception {
        var id = database.user("store.ann").id();
        var salt = new byte[16];
        var hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec("an old password".toCharArray(), salt, 4_096, 256))
                .getEncoded();
        var base64 = Base64.getEncoder();
        database.execute("insert into credential (user_id, password_hash) values ('" + id + "', 'pbkdf2-sha256$4096$"
                + base64.encodeToString(salt) + "$" + base64.encodeToString(hash) + "')");
        var renewed = "select count(*) from credential where user_id = '" + id
                + "' and password_hash like 'pbkdf2-sha256$600000$%'";

        assertThat(users().authenticate("store.ann", "another password")).isEmpty();
        assertThat(database.count(renewed)).isZero();
        assertThat(users().authenticate("store.ann", "an old password")).isPresent();
        assertThat(database.count(renewed)).isEqualTo(1);
        assertThat(users().authenticate("store.ann", "an old password")).isPresent();
    }

    @Test
    @Tag("L4")
    void theLogSaysWhereTheTrailEndsAlsoWhenSomebodyMadeAnotherOneOfTheSameLength() {
        var audit = new Audit();
        audit.database = new Database(database.source());
        database.execute("select audit_act('sign-in.refused', '{}', null, '192.0.2.1')");
        var said = new ArrayList<String>();
        var handler = heard(said);
        var log = Logger.getLogger(Audit.class.getName());
        log.addHandler(handler);
        try {
            audit.showHead();
            audit.showHead();
            assertThat(said).hasSize(1);

            database.execute("alter table audit disable trigger audit_refuses;"
                    + " update audit set detail = '192.0.2.2', hash = 'made anew'"
                    + " where number = (select max(number) from audit);"
                    + " update audit_head set hash = 'made anew'");
            audit.showHead();
        } finally {
            log.removeHandler(handler);
        }

        assertThat(said).hasSize(2);
        assertThat(said.get(1)).contains("made anew");
    }

    private Users users() {
        var users = new Users();
        users.database = new Database(database.source());
        return users;
    }

    private static Handler heard(List<String> said) {
        return new Handler() {
            @Override
            public void publish(LogRecord line) {
                said.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
