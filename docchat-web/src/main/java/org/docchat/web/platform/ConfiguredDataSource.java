package org.docchat.web.platform;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.postgresql.ds.PGSimpleDataSource;

/** The database that DATABASE_URL names, in either of its forms; the server pools its connections. */
public class ConfiguredDataSource extends PGSimpleDataSource {

    /** Reads DATABASE_URL from the configuration; called by the server. */
    public ConfiguredDataSource() {
        this(ConfigProvider.getConfig());
    }

    ConfiguredDataSource(Config config) {
        var url = Settings.text(config, "DATABASE_URL")
                .orElseThrow(() -> new Settings.InvalidSetting("DATABASE_URL", RULE));
        // A silent network must not hold a request for ever; the URL may say otherwise.
        setApplicationName("docchat");
        setTcpKeepAlive(true);
        setConnectTimeout(5);
        setSocketTimeout(120);
        configure(url);
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

    private void configure(String url) {
        if (url.startsWith("jdbc:postgresql:")) {
            setUrl(url);
            return;
        }
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new Settings.InvalidSetting("DATABASE_URL", RULE);
        }
        if (!"postgresql".equals(uri.getScheme()) && !"postgres".equals(uri.getScheme())) {
            throw new Settings.InvalidSetting("DATABASE_URL", RULE);
        }
        if (uri.getHost() == null
                || uri.getRawPath() == null
                || uri.getRawPath().length() < 2) {
            throw new Settings.InvalidSetting("DATABASE_URL", RULE);
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
