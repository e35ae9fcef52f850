package org.docchat.web.interop;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;
import org.docchat.web.api.ApiJson;
import org.docchat.web.api.JsonLimit;

/** What clients of OpenAI's API find: collections as models, and answers as completions. */
@ApplicationPath("/v1")
public class OpenAiApi extends Application {
    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(
                Models.class,
                ChatCompletions.class,
                StreamIfAskedFor.class,
                OpenAiErrors.class,
                ApiJson.class,
                JsonLimit.class);
    }

    @Override
    public Map<String, Object> getProperties() {
        return Map.of("jersey.config.server.wadl.disableWadl", true);
    }
}
