package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who may call what: {@link AccessIT} tries all of it, {@code docs/access.md} shows it. */
final class AccessMatrix {
    private AccessMatrix() {}

    /**
     * A call and the statuses that it has for the collection's owner, editor, viewer, for a stranger and for an
     * administrator who is no member. The ids are those of the owner's things.
     */
    record Row(String route, String path, String body, List<Integer> statuses) implements Comparable<Row> {
        /** By address, then by verb. */
        @Override
        public int compareTo(Row other) {
            return key().compareTo(other.key());
        }

        private String key() {
            return route.substring(route.indexOf(' ')) + " " + route;
        }

        /** What kind of thing it is about. */
        String type() {
            return route.replaceAll(
                            "^\\w+ (?:me/)?([^/]+)(?:/\\{id}/(evaluations|members|groups|users)\\b)?.*", "$1 $2")
                    .strip()
                    .replaceAll("^collections (evaluations)$", "$1")
                    .replace(" ", ": ");
        }

        @Override
        public String toString() {
            return route;
        }

        /** Whether it stands beside the REST API, whose answers look otherwise. */
        boolean isOfAnotherProtocol() {
            return path.startsWith("v1/") || path.startsWith("mcp/");
        }

        int of(String person) {
            return switch (person) {
                case READING_KEY -> ofReadingKey();
                case KEY_ELSEWHERE -> route.contains("me/") ? 403 : of("stranger");
                default -> statuses.get(PEOPLE.indexOf(person.replace(BY_GROUP, "")));
            };
        }

        /** What the owner alone has, and what a viewer may do. */
        private int ofReadingKey() {
            if (List.of("PUT", "PATCH", "DELETE").contains(verb()) || route.contains("me/")) {
                return 403;
            }
            return of("editor") == 404 ? of("owner") : of("viewer");
        }

        String verb() {
            return route.substring(0, route.indexOf(' '));
        }
    }

    static final List<String> PEOPLE = List.of("owner", "editor", "viewer", "stranger", "admin");
    /** An API key of the owner's that only reads. */
    static final String READING_KEY = "reading key";
    /** An API key of the owner's for another collection. */
    static final String KEY_ELSEWHERE = "key elsewhere";

    /** After a role: who has it by a group alone, and may do what others with it may. */
    static final String BY_GROUP = " by a group";

    static final List<Row> ROWS = List.of(
            row("GET collections/{id}", "", 200, 200, 200, 404, 404),
            row("PATCH collections/{id}", "{'description':'of birds'}", 200, 403, 403, 404, 404),
            row("GET collections/{id}/export", "", 200, 403, 403, 404, 404),
            row("GET collections/{id}/members", "", 200, 200, 200, 404, 404),
            row("PUT collections/{id}/members/{username}", "{'role':'viewer'}", 204, 403, 403, 404, 404),
            row("GET collections/{id}/groups", "", 200, 200, 200, 404, 404),
            row("PUT collections/{id}/groups/{group}", "{'role':'viewer'}", 204, 403, 403, 404, 404),
            row("GET collections/{id}/documents", "", 200, 200, 200, 404, 404),
            row("PUT collections/{id}/documents/{name}", new String(AccessIT.CANARY, UTF_8), 200, 200, 403, 404, 404),
            row("POST collections/{id}/documents", "a file", 200, 200, 403, 404, 404),
            row("GET collections/{id}/events", "", 200, 200, 200, 404, 404),
            row("POST collections/{id}/search", "{'query':'canary'}", 200, 200, 200, 404, 404),
            row("POST search", "{'query':'canary','collections':['{collection}']}", 200, 200, 200, 404, 404),
            row("POST collections/{id}/answers", "{'question':'Who is Ferdinand?'}", 200, 200, 200, 404, 404),
            row(
                    "POST answers",
                    "{'question':'Who is Ferdinand?','collections':['{collection}']}",
                    200,
                    200,
                    200,
                    404,
                    404),
            row(
                    "POST collections/{id}/evaluations",
                    "{'questions':[{'question':'Who is Ferdinand?','expected':[{'document':'canary.md'}]}]}",
                    202,
                    202,
                    202,
                    404,
                    404),
            row("GET collections/{id}/evaluations", "", 200, 200, 200, 404, 404),
            row("GET collections/{id}/evaluations/{evaluationId}", "", 200, 404, 404, 404, 404),
            row("GET documents/{id}", "", 200, 200, 200, 404, 404),
            row("GET documents/{id}/content", "", 200, 200, 200, 404, 404),
            row("GET documents/{id}/passages", "", 200, 200, 200, 404, 404),
            row("GET documents/{id}/text", "?start=0&end=20", "", 200, 200, 200, 404, 404),
            row("GET documents/{id}/marks", "?start=0&end=20", "", 200, 200, 200, 404, 404),
            row("GET documents/{id}/events", "", 200, 200, 200, 404, 404),
            row("POST collections/{id}/pause", "", 200, 200, 403, 404, 404),
            row("POST collections/{id}/resume", "", 200, 200, 403, 404, 404),
            row("GET collections/{id}/embedding-model", "", 200, 200, 200, 404, 404),
            row("POST collections/{id}/embedding-model", "{'name':'second'}", 202, 403, 403, 404, 404),
            row("PUT collections/{id}/embedding-model", "{'name':'bge-small-en-v1.5-q'}", 200, 403, 403, 404, 404),
            row("DELETE collections/{id}/embedding-model", "?name=second", "", 204, 403, 403, 404, 404),
            row("POST documents/{id}/retry", "", 202, 202, 403, 404, 404),
            row("POST documents/{id}/cancel", "", 200, 200, 403, 404, 404),
            row("GET conversations/{id}", "", 200, 404, 404, 404, 404),
            row("GET conversations/{id}/export", "", 200, 404, 404, 404, 404),
            row("PATCH conversations/{id}", "{'title':'Birds'}", 204, 404, 404, 404, 404),
            row("GET answers/{id}/trace", "", 200, 404, 404, 404, 404),
            row("POST answers/{id}/replay", "", 200, 404, 404, 404, 404),
            row("PUT answers/{id}/feedback", "{'rating':'up'}", 204, 404, 404, 404, 404),
            row("GET v1/models/{model}", "", 200, 200, 200, 404, 404),
            row(
                    "POST v1/chat/completions",
                    "{'model':'{collection}','messages':[{'role':'user','content':'Who is Ferdinand?'}]}",
                    200,
                    200,
                    200,
                    404,
                    404),
            row("CALL mcp/search", "{'query':'canary','collections':['{collection}']}", 200, 200, 200, 404, 404),
            row(
                    "CALL mcp/ask",
                    "{'question':'Who is Ferdinand?','collections':['{collection}']}",
                    200,
                    200,
                    200,
                    404,
                    404),
            row("CALL mcp/read_passage", "{'id':'{passage}'}", 200, 200, 200, 404, 404),
            row("GET audit", "", 403, 403, 403, 403, 200),
            row("GET audit/export", "?format=csv", "", 403, 403, 403, 403, 200),
            row("GET audit/verify", "", 403, 403, 403, 403, 200),
            row("GET api-keys", "", 403, 403, 403, 403, 200),
            row("DELETE api-keys/{id}", "", 403, 403, 403, 403, 204),
            row("GET groups", "", 403, 403, 403, 403, 200),
            row("POST groups", "{'name':'a/b'}", 403, 403, 403, 403, 400),
            row("GET groups/{id}", "", 403, 403, 403, 403, 200),
            row("GET groups/{id}/users", "", 403, 403, 403, 403, 200),
            row("PUT groups/{id}/users/{username}", "", 403, 403, 403, 403, 204),
            row("GET users", "", 403, 403, 403, 403, 200),
            row("POST users", "{'username':'x'}", 403, 403, 403, 403, 400),
            row("GET users/{id}", "", 403, 403, 403, 403, 200),
            row("PATCH users/{id}", "{'displayName':'Ann'}", 403, 403, 403, 403, 200),
            // What ends something stands last; each of these begins with those who may not.
            row("DELETE collections/{id}/evaluations/{evaluationId}", "", 204, 404, 404, 404, 404),
            row("DELETE me/api-keys/{id}", "", 204, 404, 404, 404, 404),
            row("DELETE me/sessions/{id}", "", 204, 404, 404, 404, 404),
            row("DELETE collections/{id}/groups/{group}", "", 204, 403, 403, 404, 404),
            row("DELETE groups/{id}/users/{username}", "", 403, 403, 403, 403, 204),
            row("DELETE groups/{id}", "", 403, 403, 403, 403, 204),
            row("DELETE collections/{id}/members/{username}", "", 204, 403, 403, 404, 404),
            row("DELETE conversations/{id}", "", 204, 404, 404, 404, 404),
            row("DELETE documents/{id}", "", 204, 204, 403, 404, 404),
            row("DELETE collections/{id}", "", 204, 403, 403, 404, 404),
            row("DELETE users/{id}/sessions", "", 403, 403, 403, 403, 204),
            row("DELETE users/{id}", "", 403, 403, 403, 403, 204));

    /** About the caller alone: there is nothing of anybody else's to name. */
    static final List<String> OWN = List.of(
            "POST login",
            "GET me",
            "POST me/api-keys",
            "GET me/api-keys",
            "GET me/sessions",
            "DELETE me/sessions",
            "GET collections",
            "POST collections",
            "POST collections/import",
            "GET conversations",
            "GET v1/models",
            "CALL mcp/list_collections");

    /** All of them, those with a key too. */
    static List<String> everybody() {
        return Stream.concat(
                        PEOPLE.stream(),
                        Stream.of(READING_KEY, KEY_ELSEWHERE, "editor" + BY_GROUP, "viewer" + BY_GROUP))
                .toList();
    }

    /** For people to read. */
    static String markdown() {
        var everybody = everybody();
        long allowed = ROWS.stream()
                .flatMap(row -> everybody.stream().map(row::of))
                .filter(AccessMatrix::isAllowed)
                .count();
        var types = ROWS.stream().map(Row::type).collect(Collectors.toCollection(TreeSet::new));
        var text = new StringBuilder("""
                # Who may do what

                Made from `AccessMatrix`, which `AccessIT` tries against a running DocChat; a call that is not in it fails the
                build, and so does this page when it is stale. *yes*: the call is carried out. *no*: it is refused with 403, to
                somebody who may know that the thing is there. *hidden*: 404, as for a thing that does not exist.

                *Owner*, *editor* and *viewer* have that role in the collection by themselves, those at the end by a group that they
                are in; the *stranger* has none; the *admin* administers DocChat and has none either. *Reading key* and *key
                elsewhere* are API keys of the owner's, one that only reads and one that is limited to another collection.
                Conversations, answers, evaluations, keys and sessions are their user's own: here the owner's. What begins with `v1`
                and `mcp` stands there; all else is below `/api/v1`.

                """.stripIndent());
        text.append("%d calls of %d types of things, each as %d callers: %d ways in, %d carried out, %d refused.%n%n"
                .formatted(
                        ROWS.size(),
                        types.size(),
                        everybody.size(),
                        ROWS.size() * everybody.size(),
                        allowed,
                        ROWS.size() * everybody.size() - allowed));
        for (var type : types) {
            text.append("## ").append(type).append("\n\n| call | ").append(String.join(" | ", everybody));
            text.append(" |\n|---").append("|---".repeat(everybody.size())).append("|\n");
            ROWS.stream().filter(row -> row.type().equals(type)).sorted().forEach(row -> text.append("| `")
                    .append(row.route())
                    .append("` | ")
                    .append(everybody.stream().map(one -> word(row.of(one))).collect(Collectors.joining(" | ")))
                    .append(" |\n"));
            text.append("\n");
        }
        text.append("""
                ## About the caller alone

                There is nothing of anybody else's to name, so each answers with what is the caller's:
                """.stripIndent());
        text.append(OWN.stream().sorted().map(route -> "`" + route + "`").collect(Collectors.joining(", ")));
        return text.append(".\n").toString();
    }

    private static String word(int status) {
        return isAllowed(status) ? "yes" : status == 403 ? "no" : "hidden";
    }

    /** A body that is refused for itself was let in. */
    private static boolean isAllowed(int status) {
        return status < 400 || status == 400;
    }

    private static Row row(String route, String body, Integer... statuses) {
        return row(route, "", body, statuses);
    }

    private static Row row(String route, String query, String body, Integer... statuses) {
        return new Row(route, route.substring(route.indexOf(' ') + 1) + query, body, List.of(statuses));
    }
}
