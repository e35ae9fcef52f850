package org.docchat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser, as far as addresses, forms and cookies go; each server has its own cookies, unlike in real ones. */
public final class Visitor {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    private final Map<String, Map<String, String>> cookies = new HashMap<>();
    private final List<String> set = new ArrayList<>();

    /**
     * What came.
     *
     * @param address of what came
     * @param location where it leads; empty: nowhere
     */
    public record Page(URI address, int status, String location, String body) {
        URI target() {
            return address.resolve(location);
        }
    }

    /** Goes to an address, no further. */
    public Page get(URI address) {
        return send(HttpRequest.newBuilder(address).GET());
    }

    /** With cookies of somebody else's, and none of its own. */
    public Page get(URI address, String theirs) {
        return send(HttpRequest.newBuilder(address).GET().header("Cookie", theirs));
    }

    /** Sends a form. */
    public Page post(URI address, Map<String, String> form) {
        return send(posted(address, form));
    }

    private static HttpRequest.Builder posted(URI address, Map<String, String> form) {
        return HttpRequest.newBuilder(address)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form.entrySet().stream()
                        .map(field -> field.getKey() + "=" + encoded(field.getValue()))
                        .collect(Collectors.joining("&"))));
    }

    /** With cookies of somebody else's, and none of its own. */
    public Page post(URI address, Map<String, String> form, String theirs) {
        return send(posted(address, form).header("Cookie", theirs));
    }

    /** Goes wherever it is sent, as long as that is at the same server. */
    public Page follow(URI address) {
        var page = get(address);
        while (!page.location().isEmpty() && page.target().getAuthority().equals(address.getAuthority())) {
            page = get(page.target());
        }
        return page;
    }

    /**
     * Signs in at the provider.
     *
     * @param authorization where a client sends its users
     * @return where the provider sends them back to, which is not visited
     */
    public URI signInAt(URI authorization, String username) {
        var page = follow(authorization);
        if (page.location().isEmpty()) {
            var csrf = CSRF.matcher(page.body());
            if (!csrf.find()) {
                throw new AssertionError("no form to sign in with: " + page);
            }
            page = post(
                    page.address().resolve("/login"),
                    Map.of("username", username, "password", username, "_csrf", csrf.group(1)));
            if (page.target().getAuthority().equals(authorization.getAuthority())) {
                page = follow(page.target());
            }
        }
        return page.target();
    }

    /** A cookie of a server's; empty: it has set none. */
    public String cookie(URI server, String name) {
        return cookies.getOrDefault(server.getAuthority(), Map.of()).getOrDefault(name, "");
    }

    /** As if the server had never set it. */
    public void forget(URI server, String name) {
        cookies.getOrDefault(server.getAuthority(), new HashMap<>()).remove(name);
    }

    /** What servers have said of cookies so far, word by word. */
    public List<String> setCookies() {
        return List.copyOf(set);
    }

    private Page send(HttpRequest.Builder builder) {
        var request = builder.timeout(Duration.ofSeconds(60)).build();
        var jar = cookies.computeIfAbsent(request.uri().getAuthority(), server -> new HashMap<>());
        if (!jar.isEmpty()) {
            var line = jar.entrySet().stream()
                    .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                    .collect(Collectors.joining("; "));
            request = HttpRequest.newBuilder(request, (name, value) -> true)
                    .header("Cookie", line)
                    .build();
        }
        try {
            var response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            for (var line : response.headers().allValues("Set-Cookie")) {
                var pair = line.split(";", 2)[0].split("=", 2);
                jar.put(pair[0], pair[1]);
                set.add(line);
            }
            return new Page(
                    request.uri(),
                    response.statusCode(),
                    response.headers().firstValue("Location").orElse(""),
                    response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(request.uri().toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
