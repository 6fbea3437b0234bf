// The few parts of PJRT's C interface that are called here, by the layout of its version 0: every
// structure begins with its size and a list of extensions, and the table of functions only grows
// at its end, so that a place in it stays. Source: xla/pjrt/c/pjrt_c_api.h of OpenXLA.

#include <stddef.h>

typedef struct Error Error;
typedef struct Client Client;
typedef struct Executable Executable; // a program, compiled
typedef struct Loaded Loaded;         // one that can run on a client
typedef struct Kept Kept;             // owns an executable's bytes

typedef struct {
  size_t size;
  void* extensions;
} Head;

typedef struct {
  Head head;
  struct {
    Head head;
    int major, minor;
  } version;
  void* calls[];
} Api;

// Places in the table of functions.
enum {
  ERROR_DESTROY = 0,
  CLIENT_COMPILE = 20,
  EXECUTABLE_DESTROY = 40,
  EXECUTABLE_SERIALIZE = 49,
  LOADED_GET_EXECUTABLE = 51,
  DESERIALIZE_AND_LOAD = 56,
  CALLS = 57 // at least
};

typedef struct {
  Head head;
  char* code;
  size_t code_size;
  const char* format;
  size_t format_size;
} Program;

typedef struct {
  Head head;
  Client* client;
  const Program* program;
  const char* options;
  size_t options_size;
  Loaded* executable; // out
} CompileArgs;

typedef struct {
  Head head;
  Loaded* loaded;
  Executable* executable; // out
} GetExecutableArgs;

typedef struct {
  Head head;
  const Executable* executable;
  const char* bytes; // out
  size_t bytes_size; // out
  Kept* kept;        // out, owns the bytes
  void (*release)(Kept*);
} SerializeArgs;

typedef struct {
  Head head;
  Client* client;
  const char* bytes;
  size_t bytes_size;
  Loaded* loaded; // out
  const char* options; // null: those that it was compiled with
  size_t options_size;
} LoadArgs;

typedef struct {
  Head head;
  void* it; // the error, or the executable
} DestroyArgs;

// wrap opens a plugin and gives a table of its functions in which compiling is keptCompile; null,
// and why, where it cannot.
void* wrap(const char* path, const char** why);

// compile compiles as the plugin does.
Error* compile(CompileArgs* a);

// serialize gives an executable's bytes; the caller calls release on kept. It is 0 where the plugin
// cannot.
int serialize(Loaded* loaded, SerializeArgs* out);

// load makes an executable of bytes; null where they are none for this plugin.
Loaded* load(Client* client, const void* bytes, size_t size);

// release frees what serialize has given.
void release(SerializeArgs* s);
