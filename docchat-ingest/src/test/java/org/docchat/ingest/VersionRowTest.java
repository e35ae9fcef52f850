package org.docchat.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.docchat.domain.DocumentState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("A version's row")
class VersionRowTest {
    @Test
    void hasEveryStateByItsLabel() {
        for (var state : DocumentState.class.getPermittedSubclasses()) {
            assertThat(stateOf(state.getSimpleName().toLowerCase(Locale.ROOT))).isInstanceOf(state);
        }
    }

    @Test
    @Tag("O3")
    void isBeingWorkedOnInAStateThatOnlyANewerVersionKnows() {
        var state = stateOf("translating");

        assertThat(state).isInstanceOf(DocumentState.Parsing.class);
        assertThat(state.isFinal()).isFalse();
    }

    private static DocumentState stateOf(String state) {
        var row = new VersionRow();
        row.state = state;
        return row.toVersion().state();
    }
}
