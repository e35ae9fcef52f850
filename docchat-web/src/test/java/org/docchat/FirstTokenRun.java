package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * How long a reader waits for the first word where the chat model takes no time at all: {@code java …
 * org.docchat.FirstTokenRun PASSAGES ROUNDS}, in docchat-web after {@code package}. Described in
 * docchat-query/README.md.
 */
public final class FirstTokenRun {
    private static final int USERS = 4;
    private static final int IDLE_STREAMS = 20;
    private static final int WARM_UP = 5;
    private static final String PASSWORD = "Tr4vel-light-and-far";
    private static final String STANDS_IDLE = "that stands idle";
    private static final List<String> THINGS = List.of(
            "bicycle", "ladder", "projector", "tent", "camera", "trolley", "lantern", "compass", "drill", "canoe");

    /** Words of no meaning, now and then one of a question; embeddings at random, which are near to nothing. */
    private static final List<String> NOISE = List.of("""
            insert into content (id, collection_id, expires_at) values ('%3$s', '%1$s', null)
            """, """
            insert into document (id, collection_id, name) values ('%3$s', '%1$s', 'noise.txt')
            """, """
            insert into version (document_id, number, collection_id, content_id, media_type, size, sha256, state, pages,
                                 passages, lexemes, indexed_at, current_from)
            values ('%3$s', 1, '%1$s', '%3$s', 'text/plain', 1, '0', 'indexed', 1, %2$d, 30 * %2$d, now(), now())
            """, """
            insert into passage (collection_id, document_id, version, ordinal, start_at, end_at, text, lexemes)
            select '%1$s', '%3$s', 1, g, 200 * g, 200 * g + length(t.text), t.text, to_tsvector('english', t.text)
              from generate_series(1, %2$d) g
             cross join lateral (
                   select string_agg(case when random() < 0.03
                              then (array['company', 'deposit', 'bicycle', 'much', 'ladder', 'euros'])[ceil(random() * 6)]
                              else 'w' || (random() * random() * 5000)::int end, ' ') as text
                     from generate_series(1, 30) where g > 0) t
            """, """
            insert into posting (collection_id, lexeme, passage_id, frequency, length)
            select p.collection_id, l.lexeme, p.id, cardinality(l.positions), 30
              from passage p cross join lateral unnest(p.lexemes) l where p.document_id = '%3$s'
            """, """
            create temporary table direction as
            select g, array_agg((r / norm)::real) as vector,
                   string_agg(case when r > 0 then '1' else '0' end, '')::bit varying as bits
              from (select g, r, sqrt(sum(r * r) over (partition by g)) as norm
                      from (select g, random() - 0.5 as r
                              from generate_series(0, 1999) g cross join generate_series(1, 384)) as one) as unit
             group by g
            """, """
            insert into embedding (passage_id, model, collection_id, vector, bits, live)
            select p.id, (select model from embedding limit 1), p.collection_id, d.vector, d.bits, true
              from passage p join direction d on d.g = p.ordinal %% 2000 where p.document_id = '%3$s'
            """, "analyze");

    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "reader");
        thread.setDaemon(true);
        return thread;
    });
    private final Connection database;
    private final Client admin;
    private final URI address;
    private final String collection;

    private FirstTokenRun(Connection database, LauncherProcess docchat) {
        this.database = database;
        this.address = docchat.address();
        this.admin = docchat.client().signIn("admin", PASSWORD);
        this.collection = admin.newCollection("First token");
    }

    /** @param args how many passages to search among, and how often each user asks */
    public static void main(String[] args) throws Exception {
        int passages = Integer.parseInt(args[0]);
        int rounds = Integer.parseInt(args[1]);
        var home = Files.createTempDirectory("docchat-first-token");
        try (var model = new FakeChatServer(FirstTokenRun::write);
                var database = new KillableDatabase(Files.createDirectory(home.resolve("data")));
                var docchat = new LauncherProcess(
                        Files.createDirectory(home.resolve("home")),
                        Map.of(
                                "DATABASE_URL",
                                database.url(),
                                "JWT_SECRET",
                                "f3Qz8Lk1Vb6Nw0Xr5Ty2Hs7Jd4Gm9PcAe5Ui",
                                "DOCCHAT_PORT",
                                Integer.toString(Installation.freePort()),
                                "DOCCHAT_ADMIN_PASSWORD",
                                PASSWORD,
                                "OPENAI_BASE_URL",
                                model.address().toString(),
                                "DOCCHAT_CHAT_MODEL",
                                "instant"))) {
            docchat.awaitGreeting();
            try (var connection = database.connection()) {
                new FirstTokenRun(connection, docchat).run(passages, rounds);
            }
        } finally {
            try (var left = Files.walk(home)) {
                left.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
        System.exit(0);
    }

    /** The first word at once; then, for some, nothing more until the reader goes. */
    private static void write(FakeChatServer.Request request, FakeChatServer.Connection connection) throws IOException {
        if (request.body().contains(STANDS_IDLE)) {
            connection.events().token("The deposit ").stall();
        } else {
            connection.answer("The deposit ", "is 75 euros [1].");
        }
    }

    private void run(int passages, int rounds) throws Exception {
        for (var thing : THINGS) {
            var fact = "# " + thing + "\n\nThe deposit for a company " + thing + " is 75 euros.\n";
            admin.indexed(collection, thing + ".md", fact.getBytes(UTF_8));
        }
        fill(passages);
        var users = new ArrayList<Client>();
        for (int i = 0; i < USERS; i++) {
            users.add(user("reader" + i));
        }
        together(users, WARM_UP);
        var alone = together(users, rounds);
        var idle = new CountDownLatch(IDLE_STREAMS);
        for (int i = 0; i < IDLE_STREAMS; i++) {
            var question = question(i) + " " + STANDS_IDLE;
            threads.submit(() -> ask(admin, question, idle::countDown));
        }
        boolean allIdle = idle.await(60, TimeUnit.SECONDS);
        System.out.printf(
                "%d of %d idle streams have their first word%n", IDLE_STREAMS - idle.getCount(), IDLE_STREAMS);
        watchConnections();
        var beside = together(users, rounds);
        System.out.printf("%d passages, %d users, milliseconds%n", passages, USERS);
        print("first word", alone, Figures::firstWord);
        print("search alone", alone, Figures::search);
        if (allIdle) {
            print("first word beside " + IDLE_STREAMS + " idle streams", beside, Figures::firstWord);
            print("search beside them", beside, Figures::search);
        }
    }

    private void fill(int passages) throws SQLException {
        var document = UUID.randomUUID();
        try (var statement = database.createStatement()) {
            for (var step : NOISE) {
                statement.execute(step.formatted(collection, passages, document));
            }
        }
        Await.until(
                "the workers have packed it",
                Duration.ofMinutes(10),
                () -> count("posting") < 50_000 && count("signature") < 1_024);
        try (var statement = database.createStatement()) {
            statement.execute("vacuum analyze");
        }
    }

    private long count(String table) throws SQLException {
        try (var statement = database.createStatement();
                var row = statement.executeQuery("select count(*) from " + table)) {
            row.next();
            return row.getLong(1);
        }
    }

    private Client user(String name) {
        var password = "Password-of-" + name;
        admin.post("/api/v1/users", Client.json().add("username", name).add("password", password))
                .requireStatus(201);
        admin.send("PUT", "/api/v1/collections/" + collection + "/members/" + name, "{\"role\":\"viewer\"}")
                .requireStatus(204);
        return new Client(address).signIn(name, password);
    }

    /** In milliseconds. */
    private record Figures(double firstWord, double search) {}

    /** Everybody asks and searches in turn, all at the same time. */
    private List<Figures> together(List<Client> users, int rounds) throws Exception {
        var running = new ArrayList<Future<List<Figures>>>();
        for (int user = 0; user < users.size(); user++) {
            var client = users.get(user);
            int first = user;
            running.add(threads.submit((Callable<List<Figures>>) () -> {
                var figures = new ArrayList<Figures>();
                for (int i = 0; i < rounds; i++) {
                    var question = question(first + i);
                    double word = ask(client, question, () -> {});
                    long began = System.nanoTime();
                    client.post(
                                    "/api/v1/collections/" + collection + "/search",
                                    Client.json().add("query", question))
                            .requireStatus(200);
                    figures.add(new Figures(word, millisSince(began)));
                }
                return figures;
            }));
        }
        var all = new ArrayList<Figures>();
        for (var figures : running) {
            all.addAll(figures.get());
        }
        return all;
    }

    private static String question(int number) {
        return "How much is the deposit for a company " + THINGS.get(number % THINGS.size()) + "?";
    }

    /** Reads a whole answer; the milliseconds to its first word. */
    private double ask(Client client, String question, Runnable onFirstWord) throws Exception {
        var body = Client.json().add("question", question).build().toString();
        var request = HttpRequest.newBuilder(URI.create(address + "/api/v1/collections/" + collection + "/answers"))
                .header("Authorization", client.authorization())
                .header("Accept", "text/event-stream")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        long began = System.nanoTime();
        double firstWord = Double.NaN;
        var last = "";
        try (var lines = http.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
            for (var line = lines.iterator(); line.hasNext(); ) {
                var next = line.next();
                last = next.isBlank() ? last : next;
                if (next.strip().equals("event: token") && Double.isNaN(firstWord)) {
                    firstWord = millisSince(began);
                    onFirstWord.run();
                }
            }
        }
        if (Double.isNaN(firstWord)) {
            throw new IllegalStateException("no word was written for: " + question + " " + last);
        }
        return firstWord;
    }

    /** Whether streams that wait hold connections of the pool. */
    private void watchConnections() throws Exception {
        int samples = 0;
        int held = 0;
        int open = 0;
        try (var statement = database.createStatement()) {
            for (long until = System.nanoTime() + 5_000_000_000L; System.nanoTime() < until; Thread.sleep(20)) {
                try (var row = statement.executeQuery("""
                        select count(*), count(*) filter (where xact_start < clock_timestamp() - interval '100 ms')
                          from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
                        """)) {
                    row.next();
                    open = Math.max(open, row.getInt(1));
                    held = Math.max(held, row.getInt(2));
                    samples++;
                }
            }
        }
        System.out.printf(
                "while they are idle: of %d connections at most %d in a transaction for over 100 ms (%d looks in 5 s)%n",
                open, held, samples);
    }

    private static void print(String what, List<Figures> all, ToDoubleFunction<Figures> figure) {
        var sorted = all.stream().mapToDouble(figure).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%-36s p50 %5.0f  p95 %5.0f  max %5.0f  (%d)%n",
                what,
                sorted[sorted.length / 2],
                sorted[sorted.length * 95 / 100],
                sorted[sorted.length - 1],
                sorted.length);
    }

    private static double millisSince(long began) {
        return (System.nanoTime() - began) / 1e6;
    }
}
