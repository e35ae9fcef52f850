package org.docchat.web.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.docchat.domain.Failure;
import org.docchat.domain.Role;
import org.docchat.domain.Slice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {

    @ParameterizedTest
    @Tag("Q2")
    @ValueSource(strings = {"0", "-1", "201", "1e9", "NaN", "", "1;drop", "[1]", "99999999999"})
    void aLimitThatIsNoneIsRefused(String limit) {
        assertThatThrownBy(() -> Parameters.slice(limit, null)).isInstanceOf(Failure.Invalid.class);
    }

    @Test
    void withoutParametersTheFirstFiftyAreMeant() {
        assertThat(Parameters.slice(null, null)).isEqualTo(Slice.Request.first());
        assertThat(Parameters.slice("200", "x")).isEqualTo(new Slice.Request(200, "x"));
    }

    @Test
    void timesAreReadWithTheirOffset() {
        assertThat(Parameters.time("asOf", "2026-01-31T12:00:00+02:00"))
                .isEqualTo(Instant.parse("2026-01-31T10:00:00Z"));
        assertThat(Parameters.time("asOf", null)).isNull();
        for (var none : List.of("yesterday", "", "+999999999-12-31T23:59:59Z", "-999999999-01-01T00:00:00Z")) {
            assertThatThrownBy(() -> Parameters.time("asOf", none)).isInstanceOf(Failure.Invalid.class);
        }
    }

    @Test
    void choicesAreNamedInLowerCase() {
        assertThat(Parameters.choice("role", "owner", Role.values())).isEqualTo(Role.OWNER);
        assertThatThrownBy(() -> Parameters.choice("role", "OWNER", Role.values()))
                .hasMessageContaining("viewer, editor, owner");
        assertThatThrownBy(() -> Parameters.choice("role", null, Role.values())).isInstanceOf(Failure.Invalid.class);
    }

    @ParameterizedTest
    @Tag("C7")
    @Tag("X1")
    @ValueSource(
            strings = {"a\r\nSet-Cookie: x=y.pdf", "\"; filename=evil.html", "ä€😀.pdf", "..\\..\\x", "a\u202Efdp.exe"})
    void whateverAFileIsCalledItsHeaderStaysOneHeader(String name) {
        assertThat(DocumentsResource.attachment(name))
                .matches("attachment; filename=\"[A-Za-z0-9 ._()-]*\"; filename\\*=UTF-8''[A-Za-z0-9%._-]*");
    }

    @Test
    void aFileKeepsItsName() {
        assertThat(DocumentsResource.attachment("Größe 1.pdf"))
                .isEqualTo("attachment; filename=\"Gr__e 1.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.pdf");
    }
}
