// Package clip is the pair of towers that MultiADS stands on: a vision transformer whose patch
// tokens are tapped at several depths, a text transformer, and the space in which both meet. It
// tokenizes as OpenCLIP does and loads weights under OpenCLIP's and Hugging Face's names.
package clip
