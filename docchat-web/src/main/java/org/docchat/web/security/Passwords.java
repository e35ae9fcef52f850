package org.docchat.web.security;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Hashes passwords by PBKDF2 with HMAC-SHA-256. A hash is written with its parameters, as
 * {@code pbkdf2-sha256$600000$salt$hash}, so that stronger ones can follow.
 */
final class Passwords {
    static final int LONGEST = 1024;
    private static final int ITERATIONS = 600_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BITS = 256;
    private static final Pattern ENCODED =
            Pattern.compile("pbkdf2-sha256\\$(\\d{1,8})\\$([A-Za-z0-9+/=]{1,100})\\$([A-Za-z0-9+/=]{1,100})");

    // Each hash takes a core for some tenths of a second: sign-ins must not take them all.
    private final Semaphore cores =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);

    /** Compared with for unknown users, so that they take as long as known ones. */
    private final String nobody;

    Passwords() {
        nobody = encode(ITERATIONS, Secrets.bytes(SALT_BYTES), Secrets.bytes(HASH_BITS / 8));
    }

    /** Too many passwords are being checked already. */
    static final class Busy extends RuntimeException {
        Busy() {
            super("too many passwords are being hashed");
        }
    }

    String hash(String password) {
        var salt = Secrets.bytes(SALT_BYTES);
        return encode(ITERATIONS, salt, derive(password, salt, ITERATIONS));
    }

    boolean matches(String password, String encoded) {
        var matcher = ENCODED.matcher(encoded);
        if (!matcher.matches() || password.length() > LONGEST) {
            return false;
        }
        var salt = Base64.getDecoder().decode(matcher.group(2));
        var hash = Base64.getDecoder().decode(matcher.group(3));
        return MessageDigest.isEqual(hash, derive(password, salt, Integer.parseInt(matcher.group(1))));
    }

    /** Takes as long as {@link #matches}: for users who do not exist. */
    void spendTheTimeOfAMatch(String password) {
        if (matches(password, nobody)) {
            throw new IllegalStateException("a random hash was matched");
        }
    }

    /** Whether a hash was made with weaker parameters than today's. */
    boolean isWeak(String encoded) {
        var matcher = ENCODED.matcher(encoded);
        return !matcher.matches() || Integer.parseInt(matcher.group(1)) < ITERATIONS;
    }

    private byte[] derive(String password, byte[] salt, int iterations) {
        try {
            if (!cores.tryAcquire(5, TimeUnit.SECONDS)) {
                throw new Busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Busy();
        }
        var spec = new PBEKeySpec(password.toCharArray(), salt, iterations, HASH_BITS);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has PBKDF2", e);
        } finally {
            spec.clearPassword();
            cores.release();
        }
    }

    private static String encode(int iterations, byte[] salt, byte[] hash) {
        var base64 = Base64.getEncoder();
        return "pbkdf2-sha256$" + iterations + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }
}
