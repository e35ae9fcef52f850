package org.docchat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A program that uses the API over HTTP, as anybody's would. */
final class Client {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final URI server;
    private final String authorization;

    Client(URI server) {
        this(server, "");
    }

    private Client(URI server, String authorization) {
        this.server = server;
        this.authorization = authorization;
    }

    record Reply(int status, HttpHeaders headers, String body) {
        JsonObject json() {
            try (var reader = Json.createReader(new StringReader(body))) {
                return reader.readObject();
            }
        }

        List<JsonObject> list(String name) {
            return json().getJsonArray(name).getValuesAs(JsonObject.class);
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        Reply requireStatus(int... expected) {
            for (int one : expected) {
                if (status == one) {
                    return this;
                }
            }
            throw new AssertionError("unexpected status " + status + ": " + body);
        }
    }

    record Event(String name, String data) {
        JsonObject json() {
            return new Reply(200, HttpHeaders.of(Map.of(), (a, b) -> true), data).json();
        }
    }

    record File(String name, byte[] bytes) {}

    static JsonObjectBuilder json() {
        return Json.createObjectBuilder();
    }

    Client signIn(String username, String password) {
        var token = post("/api/v1/login", json().add("username", username).add("password", password))
                .requireStatus(200)
                .json()
                .getString("accessToken");
        return new Client(server, "Bearer " + token);
    }

    String authorization() {
        return authorization;
    }

    /** The same program with another Authorization header. */
    Client with(String header) {
        return new Client(server, header);
    }

    /** A program with an API key of this user's. */
    Client withKey(JsonObjectBuilder wanted) {
        var key = post("/api/v1/me/api-keys", wanted).requireStatus(201).json().getString("key");
        return with("Bearer " + key);
    }

    Reply get(String path) {
        return send("GET", path, "", new byte[0]);
    }

    Reply delete(String path) {
        return send("DELETE", path, "", new byte[0]);
    }

    Reply post(String path, JsonObjectBuilder body) {
        return send("POST", path, body.build().toString());
    }

    Reply send(String method, String path, String json) {
        return send(method, path, json.isEmpty() ? "" : "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** With JSON, if what is there is what the tag says. */
    Reply sendIfMatch(String method, String path, String json, String tag) {
        var response = exchange(
                method,
                path,
                "application/json",
                "*/*",
                json.getBytes(StandardCharsets.UTF_8),
                HttpResponse.BodyHandlers.ofString(),
                "If-Match",
                tag);
        return new Reply(response.statusCode(), response.headers(), response.body());
    }

    Reply send(String method, String path, String contentType, byte[] body) {
        var response = exchange(method, path, contentType, "*/*", body, HttpResponse.BodyHandlers.ofString());
        return new Reply(response.statusCode(), response.headers(), response.body());
    }

    byte[] bytes(String path) {
        var response = exchange("GET", path, "", "*/*", new byte[0], HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new AssertionError("unexpected status " + response.statusCode());
        }
        return response.body();
    }

    /** Only whether and as what it begins: a stream may go on for ever. */
    Reply begin(String path) {
        var response = exchange("GET", path, "", "*/*", new byte[0], HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            var text = response.statusCode() == 200 ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8);
            return new Reply(response.statusCode(), response.headers(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Follows the documents of a collection; done when the server ends the stream. */
    CompletableFuture<Void> follow(String collection) {
        var response = exchange(
                "GET",
                "/api/v1/collections/" + collection + "/events",
                "",
                "text/event-stream",
                new byte[0],
                HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new AssertionError("unexpected status " + response.statusCode());
        }
        return CompletableFuture.runAsync(() -> {
            try (var body = response.body()) {
                body.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** All events of a stream that ends. */
    List<Event> events(String method, String path, String json) {
        var response = exchange(
                method,
                path,
                json.isEmpty() ? "" : "application/json",
                "text/event-stream",
                json.getBytes(StandardCharsets.UTF_8),
                HttpResponse.BodyHandlers.ofLines());
        var events = new ArrayList<Event>();
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() != 200) {
                throw new AssertionError("status " + response.statusCode() + ": " + lines.toList());
            }
            var name = new StringBuilder();
            var data = new StringBuilder();
            lines.forEachOrdered(line -> {
                if (line.startsWith("event:")) {
                    name.append(line.substring(6).strip());
                } else if (line.startsWith("data:")) {
                    data.append(line.substring(5).strip());
                } else if (line.isEmpty() && data.length() > 0) {
                    events.add(new Event(name.toString(), data.toString()));
                    name.setLength(0);
                    data.setLength(0);
                }
            });
        }
        return events;
    }

    private <T> HttpResponse<T> exchange(
            String method,
            String path,
            String contentType,
            String accept,
            byte[] body,
            HttpResponse.BodyHandler<T> handler,
            String... headers) {
        var request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(Duration.ofSeconds(90))
                .header("Accept", accept)
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (!contentType.isEmpty()) {
            request.header("Content-Type", contentType);
        }
        try {
            return HTTP.send(request.build(), handler);
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The new collection's id. */
    String newCollection(String name) {
        return post("/api/v1/collections", json().add("name", name))
                .requireStatus(201)
                .json()
                .getString("id");
    }

    /** Uploads by PUT; 202 for what is new, 200 for what is there. */
    Reply upload(String collection, String name, byte[] bytes) {
        var path = "/api/v1/collections/" + collection + "/documents/"
                + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return send("PUT", path, "application/octet-stream", bytes);
    }

    /** Uploads several by POST. */
    Reply upload(String collection, List<File> files) {
        var body = new ByteArrayOutputStream();
        for (var file : files) {
            body.writeBytes(("--boundary-of-parts\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
                            + file.name() + "\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes(file.bytes());
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes("--boundary-of-parts--\r\n".getBytes(StandardCharsets.UTF_8));
        return send(
                "POST",
                "/api/v1/collections/" + collection + "/documents",
                "multipart/form-data; boundary=boundary-of-parts",
                body.toByteArray());
    }

    /** Uploads by PUT and follows its events until it is indexed; the document's id. */
    String indexed(String collection, String name, byte[] bytes) {
        var id = upload(collection, name, bytes).requireStatus(200, 202).json().getString("id");
        requireIndexed(id);
        return id;
    }

    /** Follows a document's events to the last, which must be that it is indexed. */
    JsonObject requireIndexed(String document) {
        var events = events("GET", "/api/v1/documents/" + document + "/events", "");
        if (events.isEmpty() || !events.stream().allMatch(event -> event.name().equals("progress"))) {
            throw new AssertionError("not a stream of progress: " + events);
        }
        var last = events.get(events.size() - 1).json();
        if (!last.getString("state").equals("indexed")) {
            throw new AssertionError("not indexed: " + last);
        }
        return last;
    }
}
