#include "pjrt.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

extern Error* keptCompile(CompileArgs* a); // in compiled.go

static const Api* plugin;

typedef Error* (*Call)(void*);

static Error* call(int place, void* args) { return ((Call)plugin->calls[place])(args); }

// failed tells whether there is an error, and frees it.
static int failed(Error* e) {
  if (e) {
    DestroyArgs d = {{sizeof d, 0}, e};
    call(ERROR_DESTROY, &d);
  }
  return e != 0;
}

void* wrap(const char* path, const char** why) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  const Api* (*get)(void) = library ? dlsym(library, "GetPjrtApi") : 0;
  if (!get || !(plugin = get())) {
    *why = dlerror();
    return 0;
  }
  if (plugin->version.major != 0 || plugin->head.size < sizeof(Api) + CALLS * sizeof(void*)) {
    *why = "its PJRT interface is of another version";
    return 0;
  }
  Api* copy = malloc(plugin->head.size);
  if (!copy) {
    *why = "out of memory";
    return 0;
  }
  memcpy(copy, plugin, plugin->head.size);
  copy->calls[CLIENT_COMPILE] = keptCompile;
  return copy;
}

Error* compile(CompileArgs* a) { return call(CLIENT_COMPILE, a); }

int serialize(Loaded* loaded, SerializeArgs* out) {
  GetExecutableArgs g = {{sizeof g, 0}, loaded, 0};
  if (failed(call(LOADED_GET_EXECUTABLE, &g))) return 0;
  SerializeArgs s = {{sizeof s, 0}, g.executable};
  int good = !failed(call(EXECUTABLE_SERIALIZE, &s));
  DestroyArgs d = {{sizeof d, 0}, g.executable};
  failed(call(EXECUTABLE_DESTROY, &d));
  *out = s;
  return good;
}

Loaded* load(Client* client, const void* bytes, size_t size) {
  LoadArgs l = {{sizeof l, 0}, client, bytes, size};
  return failed(call(DESERIALIZE_AND_LOAD, &l)) ? 0 : l.loaded;
}

void release(SerializeArgs* s) { s->release(s->kept); }
