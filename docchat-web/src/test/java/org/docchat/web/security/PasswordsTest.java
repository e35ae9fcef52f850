package org.docchat.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private final Passwords passwords = new Passwords();

    @Test
    void aPasswordMatchesItsHashAndNoOther() {
        var hash = passwords.hash("correct horse");

        assertThat(hash).startsWith("pbkdf2-sha256$600000$").doesNotContain("correct horse");
        assertThat(passwords.matches("correct horse", hash)).isTrue();
        assertThat(passwords.matches("correct horse ", hash)).isFalse();
        assertThat(passwords.matches("", hash)).isFalse();
        assertThat(passwords.isWeak(hash)).isFalse();
    }

    @Test
    void theSamePasswordIsNeverHashedTheSameWay() {
        assertThat(passwords.hash("correct horse")).isNotEqualTo(passwords.hash("correct horse"));
    }

    @Test
    void aHashMadeWithFewerIterationsStillMatchesAndIsKnownAsWeak() {
        // PBKDF2-HMAC-SHA256 of "password" with the salt "salt": 4096 iterations, 32 bytes (RFC 7914 names the
        // function, these values are widely published for it).
        var old = "pbkdf2-sha256$4096$c2FsdA==$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o=";

        assertThat(passwords.matches("password", old)).isTrue();
        assertThat(passwords.isWeak(old)).isTrue();
    }

    @Test
    void whatIsNoHashMatchesNothing() {
        assertThat(passwords.matches("x", "")).isFalse();
        assertThat(passwords.matches("x", "x")).isFalse();
        assertThat(passwords.isWeak("plain")).isTrue();
    }

    @Test
    @Tag("A8")
    void aPasswordOfManyThousandCharactersCostsNothing() {
        var hash = passwords.hash("correct horse");
        long before = System.nanoTime();

        assertThat(passwords.matches("x".repeat(10_000), hash)).isFalse();
        assertThat(System.nanoTime() - before).isLessThan(50_000_000);
    }

    @Test
    @Tag("A8")
    void anUnknownUserTakesAsLongAsAWrongPassword() {
        var hash = passwords.hash("correct horse");
        long wrong = best(() -> passwords.matches("wrong horse", hash));
        long unknown = best(() -> passwords.spendTheTimeOfAMatch("wrong horse"));

        assertThat(unknown).isBetween(wrong / 2, wrong * 2);
    }

    private static long best(Runnable work) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long before = System.nanoTime();
            work.run();
            best = Math.min(best, System.nanoTime() - before);
        }
        return best;
    }
}
