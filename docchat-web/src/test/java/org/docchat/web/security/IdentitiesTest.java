package org.docchat.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.docchat.web.openid.Identity;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What a provider calls people and groups becomes what they can be called here")
class IdentitiesTest {
    @ParameterizedTest
    @CsvSource({
        "Ann, ann",
        "ann@example.org, ann@example.org",
        "'DOMAIN\\ann', domain-ann",
        "'Ann  Müller', ann-m-ller",
        "-_.ann, ann",
        "漢字, user",
        "'', user"
    })
    void aUsername(String theirs, String ours) {
        assertThat(Identities.username(new Identity("issuer", "subject", theirs, "", Set.of(), null, "")))
                .isEqualTo(ours)
                .matches("[a-z0-9][a-z0-9._@+-]{0,59}");
    }

    @ParameterizedTest
    @CsvSource({"/team/a, team:a", "/team, team", "Team a, Team a", "'a\\b', a:b", "//a//b, a:b"})
    void aGroup(String theirs, String ours) {
        assertThat(Identities.group(theirs)).contains(ours);
    }

    @ParameterizedTest
    @CsvSource({"/", "''", "' / '"})
    void noGroup(String theirs) {
        assertThat(Identities.group(theirs)).isEmpty();
        assertThat(Identities.group("a".repeat(101))).isEmpty();
    }
}
