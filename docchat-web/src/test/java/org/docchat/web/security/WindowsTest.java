package org.docchat.web.security;

import org.junit.jupiter.api.DisplayName;

@DisplayName("What happens within a window of time is counted by name")
class WindowsTest extends WindowsContract {
    private final Ledger ledger = new MemoryLedger();

    @Override
    Ledger ledger() {
        return ledger;
    }
}
