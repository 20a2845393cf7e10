/** The C++ of our own that is compiled beside the addon of TensorFlow.js. It is text, to be in the published package. */

/**
 * An addon that keeps what is written to standard error between `take()` and `give()`. TensorFlow writes some lines
 * from C++ past every log level, and Node cannot redirect a file descriptor.
 */
export const standardErrorSource = `
#include <node_api.h>
#include <stdio.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

static int kept = -1;
static int memory = -1;

static napi_value Take(napi_env env, napi_callback_info) {
  if (kept >= 0) return nullptr;
  memory = memfd_create("standard-error", MFD_CLOEXEC);
  kept = memory < 0 ? -1 : dup(2);
  if (kept >= 0) {
    fflush(stderr);
    dup2(memory, 2);
  }
  return nullptr;
}

static napi_value Give(napi_env env, napi_callback_info) {
  std::string text;
  if (kept >= 0) {
    fflush(stderr);
    dup2(kept, 2);
    close(kept);
    lseek(memory, 0, SEEK_SET);
    char part[4096];
    for (ssize_t count; (count = read(memory, part, sizeof part)) > 0;) text.append(part, count);
    close(memory);
    kept = memory = -1;
  }
  napi_value result;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

static napi_value Init(napi_env env, napi_value exports) {
  napi_value take, give;
  napi_create_function(env, "take", NAPI_AUTO_LENGTH, Take, nullptr, &take);
  napi_create_function(env, "give", NAPI_AUTO_LENGTH, Give, nullptr, &give);
  napi_set_named_property(env, exports, "take", take);
  napi_set_named_property(env, exports, "give", give);
  return exports;
}

NAPI_MODULE(standard_error, Init)
`;

/**
 * Replaces the addon's call of \`TF_NewSessionOptions\` (renamed by the compiler's command line): with
 * SAMBENCH_GRAPH_REWRITING=off a session runs its graph as it is written. The bytes are a ConfigProto with
 * graph_options.rewrite_options.disable_meta_optimizer = true.
 */
export const sessionSource = `
#include <stdlib.h>
#include <string.h>
#include "tensorflow/c/c_api.h"

extern "C" TF_SessionOptions* sambench_session_options(void) {
  TF_SessionOptions* options = TF_NewSessionOptions();
  const char* rewriting = getenv("SAMBENCH_GRAPH_REWRITING");
  if (rewriting && strcmp(rewriting, "off") == 0) {
    const unsigned char config[] = {0x52, 0x05, 0x52, 0x03, 0x98, 0x01, 0x01};
    TF_Status* status = TF_NewStatus();
    TF_SetConfig(options, config, sizeof config, status);
    TF_DeleteStatus(status);
  }
  return options;
}
`;
