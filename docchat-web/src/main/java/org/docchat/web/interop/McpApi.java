package org.docchat.web.interop;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;
import org.docchat.web.api.JsonLimit;
import org.docchat.web.api.Problems;

/** Where clients of the Model Context Protocol find DocChat. */
@ApplicationPath("/mcp")
public class McpApi extends Application {
    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(Mcp.class, Problems.class, JsonLimit.class);
    }

    @Override
    public Map<String, Object> getProperties() {
        return Map.of("jersey.config.server.wadl.disableWadl", true);
    }
}
