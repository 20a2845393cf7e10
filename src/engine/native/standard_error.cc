// Keeps what is written to standard error between `take()` and `give()`. TensorFlow writes some lines from C++ past
// every log level, and Node cannot redirect a file descriptor.
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
