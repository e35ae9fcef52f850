package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("What is shared with a group is shared with everybody in it, for as long as they are")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GroupsIT {
    private static final byte[] CANARY = "# Tides\n\nThe tide at the northern pier turns at noon.\n".getBytes(UTF_8);

    private final Client admin;
    private final Client ann;
    private final Client bob;
    private final String tides;
    private final String document;

    GroupsIT(Installation installation) {
        admin = installation.administrator();
        ann = installation.newUser("groups.ann");
        bob = installation.newUser("groups.bob");
        tides = ann.newCollection("Tides");
        document = ann.indexed(tides, "tides.md", CANARY);
    }

    @Test
    @Tag("A6")
    void whoeverLeavesAGroupLosesWhatItWasGivenWithTheNextRequest() throws Exception {
        var group = group("Pilots");
        assertThat(roleOf(bob)).isEqualTo("none");
        share("Pilots", "editor");
        assertThat(roleOf(bob)).isEqualTo("none");

        join(group);
        assertThat(roleOf(bob)).isEqualTo("editor");
        assertThat(search(bob)).isEqualTo(1);
        assertThat(bob.bytes("/api/v1/documents/" + document + "/content")).isEqualTo(CANARY);
        assertThat(bob.upload(tides, "more.md", "# More\n\nSprings and neaps.\n".getBytes(UTF_8))
                        .status())
                .isEqualTo(202);

        admin.delete("/api/v1/groups/" + group + "/users/groups.bob").requireStatus(204);
        assertThat(roleOf(bob)).isEqualTo("none");
        assertThat(search(bob)).isZero();
        assertThat(bob.get("/api/v1/documents/" + document + "/content").status())
                .isEqualTo(404);

        join(group);
        assertThat(roleOf(bob)).isEqualTo("editor");
        var stream = bob.follow(tides);
        ann.delete("/api/v1/collections/" + tides + "/groups/Pilots").requireStatus(204);
        assertThat(roleOf(bob)).isEqualTo("none");
        stream.get(30, TimeUnit.SECONDS);

        share("Pilots", "viewer");
        assertThat(roleOf(bob)).isEqualTo("viewer");
        admin.delete("/api/v1/groups/" + group).requireStatus(204);
        assertThat(roleOf(bob)).isEqualTo("none");
    }

    @Test
    void theBestOfAllRolesCounts() {
        var one = group("Harbour masters");
        var other = group("Deck hands");
        join(one);
        join(other);
        share("Deck hands", "viewer");
        assertThat(roleOf(bob)).isEqualTo("viewer");
        share("Harbour masters", "owner");
        assertThat(roleOf(bob)).isEqualTo("owner");
        ann.send("PUT", "/api/v1/collections/" + tides + "/members/groups.bob", "{\"role\":\"editor\"}")
                .requireStatus(204);
        assertThat(roleOf(bob)).isEqualTo("owner");
        assertThat(bob.get("/api/v1/collections").list("items"))
                .extracting(item -> item.getString("id"))
                .containsExactly(tides);

        // An administrator can empty a group: the last user who is an owner stays one.
        assertThat(bob.delete("/api/v1/collections/" + tides + "/members/groups.ann")
                        .status())
                .isEqualTo(409);

        share("Harbour masters", "viewer");
        assertThat(roleOf(bob)).isEqualTo("editor");
        ann.delete("/api/v1/collections/" + tides + "/members/groups.bob").requireStatus(204);
        assertThat(roleOf(bob)).isEqualTo("viewer");
        admin.delete("/api/v1/groups/" + one).requireStatus(204);
        admin.delete("/api/v1/groups/" + other).requireStatus(204);
        assertThat(roleOf(bob)).isEqualTo("none");
    }

    @Test
    void aGroupsNameIsItsOwnWhateverTheCaseOfItsLetters() {
        var id = group("Pier Guards & Co.");

        assertThat(admin.post("/api/v1/groups", Client.json().add("name", "PIER guards & co."))
                        .status())
                .isEqualTo(409);
        for (var name : new String[] {"a/b", " ", "x".repeat(101)}) {
            assertThat(admin.post("/api/v1/groups", Client.json().add("name", name))
                            .status())
                    .as(name)
                    .isEqualTo(400);
        }
        ann.send("PUT", "/api/v1/collections/" + tides + "/groups/pier%20guards%20%26%20co.", "{\"role\":\"viewer\"}")
                .requireStatus(204);
        assertThat(ann.get("/api/v1/collections/" + tides + "/groups").list("items"))
                .anySatisfy(group -> {
                    assertThat(group.getString("name")).isEqualTo("Pier Guards & Co.");
                    assertThat(group.getString("role")).isEqualTo("viewer");
                });
        assertThat(ann.send("PUT", "/api/v1/collections/" + tides + "/groups/nobody", "{\"role\":\"viewer\"}")
                        .status())
                .isEqualTo(404);
        admin.delete("/api/v1/groups/" + id).requireStatus(204);
    }

    @Test
    void aListOfGroupsGoesOnWhereItsCursorSays() {
        var ids = new String[] {group("Zz list a"), group("ZZ list b"), group("zz list c")};

        var first = admin.get("/api/v1/groups?limit=2").json();
        var second = admin.get("/api/v1/groups?limit=200&cursor=" + first.getString("nextCursor"));

        assertThat(first.getJsonArray("items")).hasSize(2);
        assertThat(second.body()).contains("zz list c");
        assertThat(admin.get("/api/v1/groups?limit=200").list("items"))
                .hasSize(2 + second.list("items").size());
        for (var id : ids) {
            admin.delete("/api/v1/groups/" + id).requireStatus(204);
        }
    }

    private String group(String name) {
        return admin.post("/api/v1/groups", Client.json().add("name", name))
                .requireStatus(201)
                .json()
                .getString("id");
    }

    private void join(String group) {
        admin.send("PUT", "/api/v1/groups/" + group + "/users/groups.bob", "").requireStatus(204);
        assertThat(admin.get("/api/v1/groups/" + group + "/users").list("items"))
                .extracting(user -> user.getString("username"))
                .containsExactly("groups.bob");
    }

    private void share(String group, String role) {
        ann.send(
                        "PUT",
                        "/api/v1/collections/" + tides + "/groups/" + group.replace(" ", "%20"),
                        "{\"role\":\"" + role + "\"}")
                .requireStatus(204);
    }

    private String roleOf(Client user) {
        var reply = user.get("/api/v1/collections/" + tides).requireStatus(200, 404);
        return reply.status() == 404 ? "none" : reply.json().getString("role");
    }

    private int search(Client user) {
        var reply = user.post(
                        "/api/v1/search",
                        Client.json()
                                .add("query", "tide at the northern pier")
                                .add("collections", Json.createArrayBuilder().add(tides)))
                .requireStatus(200, 404);
        return reply.status() == 404 ? 0 : Math.min(1, reply.list("passages").size());
    }
}
