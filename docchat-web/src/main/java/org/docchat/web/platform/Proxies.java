package org.docchat.web.platform;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that requests come through: of these, and of nobody else, it is believed for whom they speak
 * ({@code X-Forwarded-For}), so that limits by network count people and not their proxy.
 */
public record Proxies(List<Network> trusted) {
    /** An address in numbers, with a port behind it or not. */
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,3}+(?:\\.\\d{1,3}+){3})(?::\\d{1,5}+)?+"
            + "|\\[?+([0-9A-Fa-f]{0,4}+:[0-9A-Fa-f:.]{1,45}+)(?:%\\w{1,20}+)?+(?:](?::\\d{1,5}+)?+)?+");

    /** A network of IPv4 or IPv6. */
    record Network(InetAddress address, int bits) {
        boolean contains(InetAddress other) {
            byte[] own = address.getAddress();
            byte[] others = other.getAddress();
            if (own.length != others.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> bit % 8;
                if ((own[bit / 8] & mask) != (others[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Reads addresses and networks, such as {@code 10.0.0.0/8}.
     *
     * @throws IllegalArgumentException if one is neither
     */
    static Proxies of(List<String> networks) {
        return new Proxies(networks.stream().map(Proxies::network).toList());
    }

    private static Network network(String text) {
        int slash = text.indexOf('/');
        var address = address(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException("no address");
        }
        int most = address.getAddress().length * 8;
        int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
        if (bits < 0 || bits > most) {
            throw new IllegalArgumentException("no network");
        }
        return new Network(address, bits);
    }

    /** Who sent a request, by the nearest proxy that is trusted: an address in numbers. */
    public String clientOf(HttpServletRequest request) {
        return client(request.getRemoteAddr(), Collections.list(request.getHeaders("X-Forwarded-For")));
    }

    /**
     * Each proxy adds at the end whom it was called by. So what trusted ones have added is read from there, up to the first
     * that is none of them; whatever stands before was written by anybody.
     */
    String client(String caller, List<String> forwarded) {
        var hops = forwarded.stream()
                .flatMap(header -> Stream.of(header.split(",", -1)))
                .map(String::strip)
                .toList();
        var client = caller;
        for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
            var hop = address(hops.get(i));
            if (hop == null) {
                break;
            }
            client = hop.getHostAddress();
        }
        return client;
    }

    private boolean isTrusted(String client) {
        var address = address(client);
        return address != null && trusted.stream().anyMatch(network -> network.contains(address));
    }

    /** Of numbers only: a name would be looked up. An IPv4 address that is written as IPv6 is IPv4. */
    private static @Nullable InetAddress address(String text) {
        var numbers = NUMBERS.matcher(text);
        if (!numbers.matches()) {
            return null;
        }
        try {
            if (numbers.group(1) == null) {
                return InetAddress.getByName(numbers.group(2));
            }
            var bytes = new byte[4];
            var parts = numbers.group(1).split("\\.");
            for (int i = 0; i < bytes.length; i++) {
                int part = Integer.parseInt(parts[i]);
                if (part > 255) {
                    return null;
                }
                bytes[i] = (byte) part;
            }
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
