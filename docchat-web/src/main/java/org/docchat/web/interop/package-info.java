/**
 * Protocols that others defined, so that their programs work with DocChat as they are:
 * <a href="https://platform.openai.com/docs/api-reference/chat">OpenAI's chat completions</a> at {@code /v1} and the
 * <a href="https://modelcontextprotocol.io/specification/2025-06-18">Model Context Protocol</a> at {@code /mcp}.
 */
@NullMarked
package org.docchat.web.interop;

import org.jspecify.annotations.NullMarked;
