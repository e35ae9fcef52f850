package org.docchat.web.platform;

import java.sql.Connection;
import java.sql.SQLException;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** The copy of the database that DATABASE_READ_URL names; {@link Replica} says whether it may be asked. */
public class ReplicaDataSource extends ConfiguredDataSource {
    static final String URL = "DATABASE_READ_URL";
    /** Less patient than the database's: whoever waits in vain asks that. */
    private static final int SOCKET_SECONDS = 5;

    /** Reads DATABASE_READ_URL from the configuration; called by the server. */
    public ReplicaDataSource() {
        this(ConfigProvider.getConfig());
    }

    ReplicaDataSource(Config config) {
        super(config, URL, SOCKET_SECONDS);
    }

    @Override
    public Connection getConnection(@Nullable String user, @Nullable String password) throws SQLException {
        return probe();
    }
}
