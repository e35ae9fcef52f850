package org.docchat.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.nulabinc.zxcvbn.StandardDictionaries;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What is guessed first is nobody's new password")
@Tag("A9")
class CommonPasswordsTest {
    private static final String[] ALICE = {"alice.lee", "Alice Lee"};

    @Test
    void theThreeThousandCommonestAreRefused() throws IOException {
        int tried = 0;
        for (var password : StandardDictionaries.PASSWORDS_LOADER.load().getFrequencies()) {
            if (password.length() >= 8 && tried < 3_000) {
                tried++;
                assertThat(CommonPasswords.isAmong(password, ALICE))
                        .as(password)
                        .isTrue();
            }
        }
        assertThat(tried).isEqualTo(3_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password",
                "P@ssw0rd",
                "Passw0rd!",
                "qwertyuiop",
                "1q2w3e4r5t",
                "12345678",
                "abcdefgh",
                "aaaaaaaaaa",
                "abcabcabcabc",
                "docchat1",
                "DocChat2026",
                "docchat-2026",
                "D0cCh@t!",
                "docchatdocchat",
                "alice.lee",
                "AliceLee",
                "alice_lee",
                "Alice-2026",
                "Alice.Lee-2026",
                "alicealice",
                "eelecila",
                "lee-alice"
            })
    void soIsWhatIsCommonOrMadeOfNames(String password) {
        assertThat(CommonPasswords.isAmong(password, ALICE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct horse battery",
                "Secret-word-17",
                "alice-pass-2026",
                "alice-password",
                "Password-of-alice.lee",
                "zebra lamp",
                "kxq7-vbn2",
                "- - - - x7",
                "пароль слон",
                "bob.smith"
            })
    void nothingElseIs(String password) {
        assertThat(CommonPasswords.isAmong(password, ALICE)).isFalse();
    }

    @Test
    void aLongOneIsLookedAtQuickly() {
        var worst = "4@8({[<63691!|1|70$5+7%2".repeat(42);
        long before = System.nanoTime();

        assertThat(CommonPasswords.isAmong(worst, ALICE)).isFalse();
        assertThat(System.nanoTime() - before).isLessThan(10_000_000_000L);
    }
}
