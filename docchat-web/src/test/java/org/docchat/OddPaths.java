package org.docchat;

import java.util.List;

/** Ways to write a path that servers and filters have read differently. */
final class OddPaths {
    private OddPaths() {}

    /** What stands in the sources of pages and of their configuration, and in nothing that is made of them. */
    static final CharSequence[] SOURCES = {"<ui:", "xmlns:ui", "f:metadata", "#{", "<web-app", "<facelet-taglib"};

    /** Of what is nobody's to read: what the WAR is made of. */
    static final List<String> OF_SOURCES = List.of(
            "/WEB-INF/web.xml",
            "//WEB-INF/web.xml",
            "/./WEB-INF/web.xml",
            "/x/../WEB-INF/web.xml",
            "/WEB-INF;/web.xml",
            "/WEB-INF./web.xml",
            "/WEB-INF%2fweb.xml",
            "/%57EB-INF/web.xml",
            "/web-inf/web.xml",
            "/resources/../WEB-INF/web.xml",
            "/resources/..;/WEB-INF/web.xml",
            "/resources/%2e%2e/WEB-INF/web.xml",
            "/resources/css/docchat.css/../../../WEB-INF/web.xml",
            "/resources/..%2fWEB-INF%2fweb.xml",
            "/resources/..%c0%afWEB-INF/web.xml",
            "/resources/..%5cWEB-INF/web.xml",
            "/WEB-INF/model/bge-small-en-v1.5-q.onnx",
            "/WEB-INF/templates/shell.xhtml",
            "/WEB-INF/tags/field.xhtml",
            "/WEB-INF/errors/404.xhtml",
            "/META-INF/MANIFEST.MF",
            "/jakarta.faces.resource/ask.xhtml",
            "/jakarta.faces.resource/ask.xhtml.xhtml",
            "/jakarta.faces.resource/ask.xhtml.xhtml?con=../",
            "/jakarta.faces.resource/web.xml.xhtml?ln=../WEB-INF",
            "/jakarta.faces.resource/..%2fWEB-INF%2fweb.xml.xhtml",
            "/javax.faces.resource/web.xml.xhtml?ln=../WEB-INF",
            "/faces/WEB-INF/web.xml",
            "/faces/WEB-INF/templates/shell.xhtml",
            "/../../../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/%c0%ae%c0%ae/etc/passwd");

    /** Of a page that asks for signing in, and of one that asks for an administrator. */
    static final List<String> OF_PAGES = List.of(
            "/faces/users.xhtml",
            "/users.xhtml;x=/signin.xhtml",
            "/users.xhtml;.css",
            "/users.xhtml%3b.css",
            "/users.xhtml%00.css",
            "/users.xhtml.",
            "/users.xhtml/",
            "/users.xhtml/signin.xhtml",
            "/USERS.XHTML",
            "/users.XHTML",
            "/users.jsf",
            "/users.faces",
            "//users.xhtml",
            "/%75sers.xhtml",
            "/users%2exhtml",
            "/resources/../users.xhtml",
            "/resources/..;/users.xhtml",
            "/resources/%2e%2e/users.xhtml",
            "/resources/..%2fusers.xhtml",
            "/signin.xhtml/../users.xhtml",
            "/signin.xhtml/..;/users.xhtml",
            "/signin.xhtml;/../users.xhtml",
            "/users.xhtml?x=/signin.xhtml",
            "/users.xhtml#/signin.xhtml",
            "http://localhost/users.xhtml",
            "http://evil.example/users.xhtml");

    private static final List<String> OF_CALLS = List.of(
            "/api/../api/v1/me",
            "/api/v1/../v1/me",
            "/api/v1/%2e%2e/v1/me",
            "/api/v1/..%2fv1/me",
            "//api/v1/me",
            "///api/v1/me",
            "/api//v1/me",
            "/api/v1//me",
            "/api/v1/me;x=1",
            "/api;x=1/v1/me",
            "/api/v1;x=1/me",
            "/;x=1/api/v1/me",
            "/%61pi/v1/me",
            "/%2561pi/v1/me",
            "/api%2Fv1%2Fme",
            "/api/v1%2fme",
            "/api%5cv1%5cme",
            "/api\\v1\\me",
            "/api/v1/me.",
            "/api/v1/me/",
            "/api/v1/me/.",
            "/api/v1/me%00",
            "/api/v1/me%20",
            "/API/v1/me",
            "/Api/v1/me",
            "/api/V1/ME",
            "/health/../api/v1/me",
            "/health/%2e%2e/api/v1/me",
            "/health/..%2fapi/v1/me",
            "/openapi/../api/v1/me",
            "/api/v1/login/../me",
            "/api/v1/login/..;/me",
            "/api/v1/login%2f..%2fme",
            "/api/v1/login;/../me",
            "http://localhost/api/v1/me",
            "//v1/models",
            "/v1;x/models",
            "/mcp;x=1",
            "/mcp/",
            "/MCP",
            "//metrics/base",
            "/%6detrics/base",
            "/metrics/../metrics/base",
            "/metrics/base;/../");

    static final List<String> CLOSED = List.of(OF_SOURCES, OF_PAGES, OF_CALLS).stream()
            .flatMap(List::stream)
            .toList();
}
