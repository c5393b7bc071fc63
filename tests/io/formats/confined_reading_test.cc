// An XML file may ask its reader to fetch things. Ours is watched by the kernel while it reads such files: a call that
// opens, connects or starts anything ends the process.

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iterator>
#include <string>
#include <vector>

#include "io/formats/format.h"

namespace kvitt {
namespace {

// From here on the process is killed for any of these calls.
bool ForbidReachingOut() {
  constexpr uint32_t kForbidden[] = {SYS_open,   SYS_openat,   SYS_openat2, SYS_creat,
                                     SYS_socket, SYS_connect,  SYS_sendto,  SYS_sendmsg,
                                     SYS_execve, SYS_execveat, SYS_fork,    SYS_vfork,
                                     SYS_clone,  SYS_clone3,   SYS_mkdir,   SYS_unlink};
  std::vector<sock_filter> filter;
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (size_t i = 0; i < std::size(kForbidden); ++i) {
    const auto to_kill = static_cast<uint8_t>(std::size(kForbidden) - i);
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kForbidden[i], to_kill, 0));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

constexpr int kNotPermitted = 77;

// How a child ended that did `work` under the filter: its exit code, or minus the signal.
template <typename Work>
int Confined(Work work) {
  const pid_t child = fork();
  if (child == 0) _exit(ForbidReachingOut() ? work() : kNotPermitted);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string Camt(const std::string& before,
                 const std::string& attributes,
                 const std::string& text) {
  return R"(<?xml version="1.0" encoding="UTF-8"?>)" + before + "<Document xmlns=\"" +
         "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\"" + attributes + ">" +
         "<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>" + text +
         "</MsgId><CreDtTm>2026-01-20T06:00:00</CreDtTm></GrpHdr><Ntfctn><Id>N1</Id>"
         "<Acct><Id><IBAN>SE3550000000054910000003</IBAN></Id></Acct>"
         "<Ntry><Amt Ccy=\"SEK\">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
         "<BookgDt><Dt>2026-01-20</Dt></BookgDt></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></"
         "Document>";
}

FileReport Read(const std::string& bytes) {
  const Format* const format = FindFormat("camt.054");
  return ReadBytes(*format, bytes, ReadOptions(), bytes.size() + 1, 0, nullptr);
}

bool IsRefusedForItsDoctype(const FileReport& report) {
  return (report.set_aside || !report.problems.empty()) && report.transactions == 0 &&
         !report.problems.empty() && report.problems[0].text.find("DOCTYPE") != std::string::npos;
}

TEST(ConfinedReadingTest, TheFilterWorks) {
  const int ended =
      Confined([] { return access("/", R_OK) == 0 && fopen("/dev/null", "r") ? 0 : 1; });
  if (ended == kNotPermitted) GTEST_SKIP() << "this kernel lets a test not filter its calls";
  EXPECT_EQ(ended, -SIGSYS);
}

TEST(ConfinedReadingTest, NoEntityIsEverFetched) {
  const std::vector<std::string> declarations = {
      R"(<!DOCTYPE d SYSTEM "file:///etc/passwd">)",
      R"(<!DOCTYPE d SYSTEM "http://127.0.0.1:1/d.dtd">)",
      R"(<!DOCTYPE d PUBLIC "-//D" "http://127.0.0.1:1/d.dtd" [ ]>)",
      R"(<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>)",
      R"(<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]>)",
      R"(<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>)",
      "\n<!-- first --><!DOCTYPE d []>"};
  ASSERT_FALSE(Read(Camt("", "", "M1")).set_aside);
  for (const std::string& declaration : declarations) {
    SCOPED_TRACE(declaration);
    const std::string bytes = Camt(declaration, "", "&x;");
    EXPECT_TRUE(IsRefusedForItsDoctype(Read(bytes)));
    const int ended = Confined([&] { return IsRefusedForItsDoctype(Read(bytes)) ? 0 : 1; });
    if (ended == kNotPermitted) GTEST_SKIP() << "this kernel lets a test not filter its calls";
    EXPECT_EQ(ended, 0);
  }
}

TEST(ConfinedReadingTest, HintsWhereToLookAreNotFollowed) {
  const std::string hints[] = {
      Camt(R"(<?xml-stylesheet href="http://127.0.0.1:1/s.xsl" type="text/xsl"?>)", "", "M1"),
      Camt("",
           R"( xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance")"
           R"( xsi:schemaLocation="urn:x http://127.0.0.1:1/s.xsd")",
           "M1")};
  for (const std::string& bytes : hints) {
    const FileReport report = Read(bytes);
    EXPECT_FALSE(report.set_aside);
    EXPECT_EQ(report.transactions, 1u);
    const int ended = Confined([&] { return Read(bytes).transactions == 1 ? 0 : 1; });
    if (ended == kNotPermitted) GTEST_SKIP() << "this kernel lets a test not filter its calls";
    EXPECT_EQ(ended, 0);
  }
}

}  // namespace
}  // namespace kvitt
