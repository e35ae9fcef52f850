package org.docchat;

import static org.springframework.security.config.Customizer.withDefaults;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.config.annotation.web.configuration.OAuth2AuthorizationServerConfiguration;
import org.springframework.security.oauth2.server.authorization.config.annotation.web.configurers.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;

/**
 * An identity provider on this computer: Spring's, as it is. Anybody signs in with their username as the password. What
 * its tokens say can be changed as an administrator's rules would, or a thief of its place.
 */
public final class OpenIdServer implements AutoCloseable {
    public static final String CLIENT = "docchat";
    public static final String SECRET = "secret:of-the-tests+100%";
    public static final String API_AUDIENCE = "docchat-api";
    /** A client that is not DocChat: a program that calls its API. */
    public static final String PROGRAM = "program";

    public static final String PROGRAM_ADDRESS = "http://127.0.0.1:1/done";

    private final String issuer;
    private final ConfigurableApplicationContext context;
    private final Rules rules = new Rules();

    /** What changes from test to test. */
    static final class Rules {
        private final Map<String, Map<String, Object>> claims = new ConcurrentHashMap<>();
        private volatile Consumer<JwtEncodingContext> change = context -> {};
        private volatile UnaryOperator<String> forgery = UnaryOperator.identity();
        private volatile List<JWK> keys = keys();
        private volatile @Nullable Duration keysLast;
        private final AtomicInteger askedForKeys = new AtomicInteger();

        private static List<JWK> keys() {
            try {
                return List.of(
                        new RSAKeyGenerator(2048)
                                .keyID(UUID.randomUUID().toString())
                                .generate(),
                        new ECKeyGenerator(Curve.P_256)
                                .keyID(UUID.randomUUID().toString())
                                .generate());
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** @param docchat the address that it sends browsers back to */
    public OpenIdServer(int port, String docchat) {
        issuer = issuer(port);
        context = new SpringApplicationBuilder(Server.class)
                .bannerMode(Banner.Mode.OFF)
                .initializers(context -> {
                    var beans = context.getBeanFactory();
                    beans.registerSingleton("rules", rules);
                    beans.registerSingleton("issuer", issuer);
                    beans.registerSingleton("docchat", docchat);
                })
                .properties(Map.of("server.port", port, "server.address", "127.0.0.1", "logging.level.root", "error"))
                .run();
    }

    public static String issuer(int port) {
        return "http://127.0.0.1:" + port;
    }

    public String issuer() {
        return issuer;
    }

    /** What the id tokens of somebody say besides who it is. */
    public void describe(String username, Map<String, Object> claims) {
        rules.claims.put(username, claims);
    }

    /** Changes what is signed from now on. */
    public void change(Consumer<JwtEncodingContext> change) {
        rules.change = change;
    }

    /** Changes what was signed, from now on. */
    public void forge(UnaryOperator<String> forgery) {
        rules.forgery = forgery;
    }

    /** As it was at first. */
    public void restore() {
        rules.change = context -> {};
        rules.forgery = UnaryOperator.identity();
    }

    /** Signs with other keys from now on. */
    public void rotateKeys() {
        rules.keys = Rules.keys();
    }

    /** Says from now on how long its keys may be kept. */
    public void keysLast(Duration time) {
        rules.keysLast = time;
    }

    /** How often somebody has asked for its keys. */
    public int askedForKeys() {
        return rules.askedForKeys.get();
    }

    /** The key that it signs with by RS256. */
    public RSAKey key() {
        return (RSAKey) rules.keys.get(0);
    }

    @Override
    public void close() {
        context.close();
    }

    /** What Spring makes the server of. */
    @Configuration(proxyBeanMethods = false)
    @EnableWebSecurity
    @ImportAutoConfiguration({
        ServletWebServerFactoryAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        SecurityFilterAutoConfiguration.class
    })
    static class Server {
        @Bean
        FilterRegistrationBean<Filter> keysAsked(Rules rules) {
            var filter = new FilterRegistrationBean<Filter>((request, response, chain) -> {
                rules.askedForKeys.incrementAndGet();
                var last = rules.keysLast;
                if (last != null) {
                    // What is set already stays.
                    ((HttpServletResponse) response).setHeader("Cache-Control", "max-age=" + last.toSeconds());
                }
                chain.doFilter(request, response);
            });
            filter.addUrlPatterns("/oauth2/jwks");
            filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return filter;
        }

        @Bean
        @Order(1)
        SecurityFilterChain protocol(HttpSecurity http) throws Exception {
            var server = OAuth2AuthorizationServerConfigurer.authorizationServer();
            return http.securityMatcher(server.getEndpointsMatcher())
                    .with(server, it -> it.oidc(withDefaults()))
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .exceptionHandling(
                            it -> it.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint("/login")))
                    .build();
        }

        @Bean
        @Order(2)
        SecurityFilterChain people(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .formLogin(withDefaults())
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return username -> User.withUsername(username)
                    .password("{noop}" + username)
                    .roles("person")
                    .build();
        }

        @Bean
        RegisteredClientRepository clients(String docchat) {
            return new InMemoryRegisteredClientRepository(
                    RegisteredClient.withId(CLIENT)
                            .clientId(CLIENT)
                            .clientSecret("{noop}" + SECRET)
                            .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                            .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                            .redirectUri(docchat + "/openid/callback")
                            .postLogoutRedirectUri(docchat + "/signin.xhtml")
                            .scope("openid")
                            .scope("profile")
                            .scope("email")
                            .clientSettings(ClientSettings.builder()
                                    .requireProofKey(true)
                                    .build())
                            .build(),
                    RegisteredClient.withId(PROGRAM)
                            .clientId(PROGRAM)
                            .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
                            .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                            .redirectUri(PROGRAM_ADDRESS)
                            .scope("openid")
                            .build());
        }

        @Bean
        AuthorizationServerSettings settings(String issuer) {
            return AuthorizationServerSettings.builder().issuer(issuer).build();
        }

        @Bean
        JWKSource<SecurityContext> keys(Rules rules) {
            return (selector, context) -> selector.select(new JWKSet(rules.keys));
        }

        @Bean
        JwtDecoder decoder(JWKSource<SecurityContext> keys) {
            return OAuth2AuthorizationServerConfiguration.jwtDecoder(keys);
        }

        @Bean
        JwtEncoder encoder(JWKSource<SecurityContext> keys, Rules rules) {
            var encoder = new NimbusJwtEncoder(keys);
            return parameters -> {
                var jwt = encoder.encode(parameters);
                return Jwt.withTokenValue(rules.forgery.apply(jwt.getTokenValue()))
                        .headers(headers -> headers.putAll(jwt.getHeaders()))
                        .claims(claims -> claims.putAll(jwt.getClaims()))
                        .build();
            };
        }

        @Bean
        OAuth2TokenCustomizer<JwtEncodingContext> customizer(Rules rules) {
            return context -> {
                if (context.getTokenType().getValue().equals("access_token")) {
                    context.getClaims().audience(List.of(API_AUDIENCE));
                }
                rules.claims
                        .getOrDefault(context.getPrincipal().getName(), Map.of())
                        .forEach(context.getClaims()::claim);
                rules.change.accept(context);
            };
        }
    }
}
