package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObjectBuilder;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("A token ends with its reason")
@ExtendWith(Installation.Parameter.class)
@Tag("A6")
@Tag("J6")
class SignOutIT {
    private final Installation installation;
    private final Client admin;

    SignOutIT(Installation installation) {
        this.installation = installation;
        admin = installation.administrator();
    }

    @Test
    void aNewPasswordEndsAllTokens() {
        var ann = installation.newUser("signout.ann");
        change(ann, Client.json().add("password", "Another-of-signout.ann"));

        assertThat(ann.get("/api/v1/me").status()).isEqualTo(401);
        var again = installation.anybody().signIn("signout.ann", "Another-of-signout.ann");
        assertThat(again.get("/api/v1/me").status()).isEqualTo(200);
    }

    @Test
    void whoeverIsEnabledAgainSignsInAgain() {
        var bob = installation.newUser("signout.bob");
        var key = bob.withKey(Client.json().add("name", "nightly"));
        var id = change(bob, Client.json().add("enabled", false));
        assertThat(bob.get("/api/v1/me").status()).isEqualTo(401);
        assertThat(key.get("/api/v1/me").status()).isEqualTo(401);

        admin.send("PATCH", "/api/v1/users/" + id, "{\"enabled\":true}").requireStatus(200);

        assertThat(bob.get("/api/v1/me").status()).isEqualTo(401);
        assertThat(key.get("/api/v1/me").status()).isEqualTo(200);
        assertThat(installation
                        .anybody()
                        .signIn("signout.bob", "Password-of-signout.bob")
                        .get("/api/v1/me")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anAdministratorSignsSomebodyOutAndThatIsWrittenDown() {
        var cat = installation.newUser("signout.cat");
        var id = idOf(cat);

        admin.delete("/api/v1/users/" + id + "/sessions").requireStatus(204);

        assertThat(cat.get("/api/v1/me").status()).isEqualTo(401);
        assertThat(admin.get("/api/v1/audit?act=user.sign-out&limit=200").list("items"))
                .anySatisfy(entry -> {
                    assertThat(entry.getString("subject")).isEqualTo(id);
                    assertThat(entry.getString("actor")).isEqualTo("admin");
                });
    }

    @Test
    void peopleSignThemselvesOutEverywhereAndNobodyElse() {
        var dan = installation.newUser("signout.dan");
        var eve = installation.newUser("signout.eve");

        dan.delete("/api/v1/me/sessions").requireStatus(204);

        assertThat(dan.get("/api/v1/me").status()).isEqualTo(401);
        assertThat(eve.get("/api/v1/me").status()).isEqualTo(200);
    }

    @Test
    void aStreamEndsWithItsToken() throws Exception {
        var gil = installation.newUser("signout.gil");
        var collection = gil.newCollection("Streams");
        var stream = gil.follow(collection);

        admin.delete("/api/v1/users/" + idOf(gil) + "/sessions").requireStatus(204);

        stream.get(30, TimeUnit.SECONDS);
    }

    @Test
    void anotherNameOrMoreRightsEndNothing() {
        var fay = installation.newUser("signout.fay");

        change(fay, Client.json().add("displayName", "Fay").add("admin", true));

        assertThat(fay.get("/api/v1/me").status()).isEqualTo(200);
        assertThat(fay.get("/api/v1/me").json().getBoolean("admin")).isTrue();
    }

    private String change(Client user, JsonObjectBuilder change) {
        var id = idOf(user);
        admin.send("PATCH", "/api/v1/users/" + id, change.build().toString()).requireStatus(200);
        return id;
    }

    private static String idOf(Client user) {
        return user.get("/api/v1/me").json().getString("id");
    }
}
