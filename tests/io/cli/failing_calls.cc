// Preloaded into the program by system_faults_test: lets the system fail where the test says.
//
//   FAULT_CALL    read, write, sync, rename, mkdir, memory or thread
//   FAULT_AT      the call that fails, from 1; 0: every one
//   FAULT_ERROR   the number of the error; 0: the call does half of what was asked
//   FAULT_MARK    a file that is made when the fault strikes

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

// The names are those of the system's library.
// NOLINTBEGIN(readability-identifier-naming)

namespace {

std::atomic<long> calls{0};
int kept_errno = 0;

struct Fault {
  const char* call = getenv("FAULT_CALL");
  const char* mark = getenv("FAULT_MARK");
  long at = 0;
  int error = 0;

  Fault() {
    const char* const at_text = getenv("FAULT_AT");
    const char* const error_text = getenv("FAULT_ERROR");
    if (at_text != nullptr) at = atol(at_text);
    if (error_text != nullptr) error = atoi(error_text);
  }
};

const Fault* ready = nullptr;

__attribute__((constructor)) void Prepare() {
  static const Fault fault;
  ready = &fault;
}

// Whether this call of that name is the one.
bool Strikes(const char* call) {
  if (ready == nullptr || ready->call == nullptr || strcmp(ready->call, call) != 0) return false;
  const long number = calls.fetch_add(1) + 1;
  if (ready->at != 0 && ready->at != number) return false;
  if (ready->mark != nullptr) {
    const long file = syscall(SYS_openat, AT_FDCWD, ready->mark, O_CREAT | O_WRONLY, 0600);
    if (file >= 0) syscall(SYS_close, file);
  }
  kept_errno = ready->error;
  errno = ready->error;
  return true;
}

bool IsShort() {
  return kept_errno == 0;
}

size_t Half(size_t size) {
  return size > 1 ? size / 2 : size;
}

template <typename Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pread64(int file, void* to, size_t size, off64_t offset) {
  if (Strikes("read")) {
    if (!IsShort()) return -1;
    size = Half(size);
  }
  return static_cast<ssize_t>(syscall(SYS_pread64, file, to, size, offset));
}

ssize_t pread(int file, void* to, size_t size, off_t offset) {
  return pread64(file, to, size, offset);
}

ssize_t read(int file, void* to, size_t size) {
  if (file == STDIN_FILENO && Strikes("read")) {
    if (!IsShort()) return -1;
    size = Half(size);
  }
  return static_cast<ssize_t>(syscall(SYS_read, file, to, size));
}

ssize_t pwrite64(int file, const void* from, size_t size, off64_t offset) {
  if (Strikes("write")) {
    if (!IsShort()) return -1;
    size = Half(size);
  }
  return static_cast<ssize_t>(syscall(SYS_pwrite64, file, from, size, offset));
}

ssize_t pwrite(int file, const void* from, size_t size, off_t offset) {
  return pwrite64(file, from, size, offset);
}

int fsync(int file) {
  return Strikes("sync") ? -1 : static_cast<int>(syscall(SYS_fsync, file));
}

int fdatasync(int file) {
  return Strikes("sync") ? -1 : static_cast<int>(syscall(SYS_fdatasync, file));
}

int rename(const char* from, const char* to) {
  return Strikes("rename") ? -1 : static_cast<int>(syscall(SYS_rename, from, to));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  if (Strikes("rename")) return -1;
  return static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

int mkdir(const char* path, mode_t mode) {
  return Strikes("mkdir") ? -1 : static_cast<int>(syscall(SYS_mkdir, path, mode));
}

void* __libc_malloc(size_t size);

void* malloc(size_t size) {
  return Strikes("memory") ? nullptr : __libc_malloc(size);
}

int pthread_create(pthread_t* thread,
                   const pthread_attr_t* attributes,
                   void* (*start)(void*),
                   void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const Create real = Real<Create>("pthread_create");
  return Strikes("thread") ? ready->error : real(thread, attributes, start, argument);
}

}  // extern "C"

// NOLINTEND(readability-identifier-naming)
