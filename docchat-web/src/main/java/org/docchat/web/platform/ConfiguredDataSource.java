package org.docchat.web.platform;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLState;

/**
 * The database that DATABASE_URL names, in either of its forms; the server pools its connections. Once
 * {@link DatabaseWatch} has found that it does not answer, there are none, so nobody waits for it.
 */
public class ConfiguredDataSource extends PGSimpleDataSource {
    // Of the application, not of one data source: the server makes the one that it pools, and hides it.
    private static final Set<Connection> OPEN =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private static final System.Logger LOG = System.getLogger(ConfiguredDataSource.class.getName());
    private static final int LOGIN_SECONDS = 4;
    private static final int SOCKET_SECONDS = 120;
    private static final String URL = "DATABASE_URL";

    /**
     * Of a client that the network lost the server hears nothing, and keeps its locks for the two hours that operating
     * systems take to ask. Transactions here wait for nothing but the database, so one that is not gone on with is lost.
     */
    private static final String LET_GO = """
            select set_config('idle_in_transaction_session_timeout', '1min', false)
             where current_setting('idle_in_transaction_session_timeout') = '0'""";

    private static volatile boolean silent;

    /** Reads DATABASE_URL from the configuration; called by the server. */
    public ConfiguredDataSource() {
        this(ConfigProvider.getConfig());
    }

    ConfiguredDataSource(Config config) {
        this(config, URL, SOCKET_SECONDS);
    }

    /**
     * @param setting which names the database; where it is not set, it is the one that DATABASE_URL names
     * @param socketSeconds how long an answer is waited for
     */
    ConfiguredDataSource(Config config, String setting, int socketSeconds) {
        var key = Settings.text(config, setting).isPresent() ? setting : URL;
        var url = Settings.text(config, key).orElseThrow(() -> new Settings.InvalidSetting(URL, RULE));
        // A silent network must not hold a request for ever; the URL may say otherwise.
        setApplicationName("docchat");
        setTcpKeepAlive(true);
        setConnectTimeout(LOGIN_SECONDS);
        setLoginTimeout(LOGIN_SECONDS);
        setSocketTimeout(socketSeconds);
        // "Failing row contains (…)" would put what people wrote into the log.
        setLogServerErrorDetail(false);
        configure(key, url);
        if (getPassword() != null && Guessable.isPlaceholder(getPassword())) {
            throw new Settings.InvalidSetting(key, "must not have a placeholder for a password.");
        }
    }

    /** Whether its password is one of those that are guessed first. */
    boolean isWeaklyGuarded() {
        return getPassword() != null && Guessable.isWeak(getPassword());
    }

    @Override
    public Connection getConnection(@Nullable String user, @Nullable String password) throws SQLException {
        if (silent) {
            throw new SQLException("the database does not answer", PSQLState.CONNECTION_UNABLE_TO_CONNECT.getState());
        }
        var connection = super.getConnection(user, password);
        OPEN.add(connection);
        try (var statement = connection.createStatement()) {
            statement.execute(LET_GO);
            return connection;
        } catch (SQLException e) {
            OPEN.remove(connection);
            connection.close();
            throw e;
        }
    }

    /** A connection even to a database that did not answer, to see whether it does by now. */
    Connection probe() throws SQLException {
        return super.getConnection(getUser(), getPassword());
    }

    /**
     * Whether the database answers. If not, no connection is made from here on, and those that there are, whether
     * somebody waits on them or they lie in the pool, are broken off: what they lead to may never come back.
     */
    static void answers(boolean now) {
        silent = !now;
        if (silent) {
            ArrayList<Connection> open;
            synchronized (OPEN) {
                open = new ArrayList<>(OPEN);
                OPEN.clear();
            }
            for (var connection : open) {
                try {
                    connection.abort(Runnable::run);
                } catch (SQLException e) {
                    LOG.log(System.Logger.Level.DEBUG, "a connection could not be broken off", e);
                }
            }
        }
    }

    /** Whether it was found not to answer. */
    static boolean isSilent() {
        return silent;
    }

    /**
     * Ignored: the server sets "localhost" wherever web.xml names no host, and DATABASE_URL has named one.
     *
     * @deprecated as in the driver
     */
    @Deprecated
    @Override
    public void setServerName(String host) {}

    private static final String RULE =
            "must be set, as postgresql://user:password@host:5432/database or jdbc:postgresql://host/database?…";

    private void configure(String key, String url) {
        if (url.startsWith("jdbc:postgresql:")) {
            setUrl(url);
            return;
        }
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new Settings.InvalidSetting(key, RULE);
        }
        if (!"postgresql".equals(uri.getScheme()) && !"postgres".equals(uri.getScheme())) {
            throw new Settings.InvalidSetting(key, RULE);
        }
        if (uri.getHost() == null
                || uri.getRawPath() == null
                || uri.getRawPath().length() < 2) {
            throw new Settings.InvalidSetting(key, RULE);
        }
        var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        setUrl("jdbc:postgresql://" + uri.getRawAuthority().replaceFirst("^.*@", "") + uri.getRawPath() + query);
        if (uri.getRawUserInfo() != null) {
            var parts = uri.getRawUserInfo().split(":", 2);
            setUser(decode(parts[0]));
            if (parts.length == 2) {
                setPassword(decode(parts[1]));
            }
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
